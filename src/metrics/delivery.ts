/** Metrics of attempts, and of what they made of notifications. */
import { Counter, Histogram } from '@prometheus-io/client'
import { isDead } from '../group/group.ts'
import type { Attempted } from '../pipeline.ts'
import type { Named } from './named.ts'

export interface DeliveryMetrics {
  /** One attempt, once its outcome is written. `at` is epoch ms. */
  attempted(attempt: Attempted, at: number): void
}

/** An attempt ends after 10 s at the latest. */
const ATTEMPT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** From the best case (group_wait 0) over the default group_wait of 5 s and group_interval of 1 min to a long outage. */
const DELIVERY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200]

/** Upstream waits as well: an alert is seldom younger than a scrape, and may be days old after an outage. */
const AGE_BUCKETS = [1, 5, 15, 30, 60, 120, 300, 900, 3600, 14_400, 86_400]

/** What peers ask for; more than 15 min is not waited out. */
const RETRY_AFTER_BUCKETS = [1, 2, 5, 10, 30, 60, 120, 300, 900]

export function deliveryMetrics(of: Named): DeliveryMetrics {
  const attempts = new Counter(of('attempts_total', 'Attempts to send a notification.', 'channel', 'outcome'))
  const attemptSeconds = new Histogram({
    ...of('attempt_duration_seconds', 'How long one attempt took.', 'channel'),
    buckets: ATTEMPT_BUCKETS,
  })
  const retryAfter = new Histogram({
    ...of('retry_after_seconds', 'How long receivers asked to be left alone (Retry-After).', 'channel'),
    buckets: RETRY_AFTER_BUCKETS,
  })
  const repeats = new Counter(
    of('possible_duplicates_total', 'Attempts of a message that an earlier attempt may have delivered.', 'channel'),
  )
  const delivered = new Counter(of('notifications_total', 'Delivered notifications.', 'channel', 'reason'))
  const fallbacks = new Counter(
    of('notifications_fallback_total', 'Delivered in the stead of a receiver that could not be reached.', 'channel'),
  )
  const dead = new Counter(of('notifications_dead_total', 'Notifications that a receiver refused for good.', 'channel'))
  const receiptToDelivery = new Histogram({
    ...of('receipt_to_delivery_seconds', 'From the receipt of the oldest news to its delivery.', 'channel', 'severity'),
    buckets: DELIVERY_BUCKETS,
  })
  const alertAge = new Histogram({
    ...of('alert_age_at_delivery_seconds', 'From the start of the oldest new alert to its delivery.', 'channel'),
    buckets: AGE_BUCKETS,
  })
  return {
    attempted: ({ claim, message, receipt, tookMs, settled, sinceReceiptMs }, at) => {
      const { channel } = claim.destination
      attempts.inc({ channel, outcome: receipt.outcome })
      attemptSeconds.observe({ channel }, tookMs / 1000)
      if (receipt.retryAfterMs !== null) retryAfter.observe({ channel }, receipt.retryAfterMs / 1000)
      if (message.possibleRepeat) repeats.inc({ channel })
      if (settled !== null && isDead(settled)) dead.inc({ channel })
      if (settled !== 'delivered') return
      delivered.inc({ channel, reason: message.reason })
      if (message.insteadOf !== null) fallbacks.inc({ channel })
      const { severity } = claim.notification
      if (sinceReceiptMs !== null) receiptToDelivery.observe({ channel, severity }, sinceReceiptMs / 1000)
      const started = oldestNew(message)
      if (started !== null) alertAge.observe({ channel }, Math.max(0, at - started) / 1000)
    },
  }
}

function oldestNew({ alerts }: Attempted['message']): number | null {
  const starts = alerts.flatMap(({ change, startsAt }) => (change === 'new' ? [startsAt] : []))
  return starts.length === 0 ? null : Math.min(...starts)
}
