/**
 * How often a receiver may be spoken to: a token bucket, kept as one number, the time at which it is full again. In any
 * stretch of `w` ms at most `burst + w / everyMs` attempts begin.
 */
import type { ChannelName, Pace } from '../channel/channel.ts'
import { addressKey } from '../team/secrets.ts'
import { pauseEnd } from './retry.ts'

/** When the next attempt may begin, epoch ms; `now` if at once. */
export function paceReadyAt({ burst, everyMs }: Pace, fullAt: number, now: number): number {
  return Math.max(now, fullAt - (burst - 1) * everyMs)
}

/** When the bucket is full again once one more attempt has begun at `now`. */
export function paceSpent({ everyMs }: Pace, fullAt: number, now: number): number {
  return Math.max(fullAt, now) + everyMs
}

/** What a pace is kept for: whoever it is counted by on the other side. */
export interface Paced {
  readonly team: string
  readonly channel: ChannelName
  readonly reference: string
}

/** Names the bucket of a destination. Those with one address share it: they speak to the same peer. */
export function bucketOf({ over }: Pace, { team, channel, reference }: Paced): string {
  if (over === 'channel') return channel
  return addressKey({ team, channel, reference })
}

/** The buckets of one process. What was sent before it began is not known in detail, so all count as empty by then. */
export class Buckets {
  private readonly full = new Map<string, number>()
  private readonly held = new Map<string, number>()
  private emptyAt = 0

  /** `lastSentAt`: when anything can have been sent last, epoch ms; 0 for never. */
  start(lastSentAt: number): void {
    this.emptyAt = lastSentAt
    this.full.clear()
    this.held.clear()
  }

  /** When it is full again, epoch ms. */
  fullAt({ burst, everyMs }: Pace, bucket: string, now: number): number {
    const fullAt = this.full.get(bucket) ?? this.emptyAt + burst * everyMs
    const latest = now + burst * everyMs
    if (fullAt <= latest) return fullAt
    // The clock was set back: at worst the bucket is empty, from now on.
    this.full.set(bucket, latest)
    return latest
  }

  /** When the next attempt may begin, epoch ms; `now` if at once. */
  readyAt(pace: Pace, bucket: string, now: number): number {
    const held = pauseEnd(this.held.get(bucket) ?? 0, now)
    return Math.max(paceReadyAt(pace, this.fullAt(pace, bucket, now), now), held)
  }

  /** Counts an attempt that begins now; false if it may not. */
  take(pace: Pace, bucket: string, now: number): boolean {
    if (this.readyAt(pace, bucket, now) > now) return false
    this.full.set(bucket, paceSpent(pace, this.fullAt(pace, bucket, now), now))
    return true
  }

  /** The peer asked to be left alone until then (epoch ms): by everybody, not only by the receiver that it answered. */
  hold(pace: Pace, bucket: string, until: number): void {
    // What stands behind a whole channel asks it of one address only: greylisting.
    if (pace.over !== 'channel') this.held.set(bucket, Math.max(until, this.held.get(bucket) ?? 0))
  }
}
