/** What a scrape says of the destinations: summed by team and channel, the oldest of each channel, each circuit. */
import { Registry } from '@prometheus-io/client'
import { expect, it } from 'vitest'
import type { DestinationState } from '../../src/history/destination-states.ts'
import { destinationGauges } from '../../src/metrics/destinations.ts'
import { namedIn } from '../../src/metrics/named.ts'

const quiet = {
  team: 'payments',
  receiver: 'chat',
  channel: 'slack',
  circuit: 'closed',
  ...{ pending: 0, inFlight: 0, oldestPendingMs: 0, oldestDueMs: 0, deadLetters: 0 },
} as const

it('adds up what there is, takes the oldest, and forgets who is gone', async () => {
  const registry = new Registry()
  let destinations: DestinationState[] = [
    { ...quiet, id: 1, pending: 5, inFlight: 1, oldestPendingMs: 9_000, circuit: 'open', deadLetters: 2 },
    { ...quiet, id: 2, receiver: 'more', pending: 2, oldestPendingMs: 3_000, oldestDueMs: 3_000, circuit: 'half-open' },
    { ...quiet, id: 3, team: 'search', channel: 'webhook' },
  ]
  destinationGauges(namedIn(registry), () => destinations)
  const scrape = async () =>
    (await registry.metrics())
      .split('\n')
      .flatMap((line) => (line.startsWith('a') ? [line.replace('alertrouter_', '')] : []))
  expect(await scrape()).toEqual([
    'circuit_state{team="payments",receiver="chat",channel="slack",destination="1"} 2',
    'circuit_state{team="payments",receiver="more",channel="slack",destination="2"} 1',
    'circuit_state{team="search",receiver="chat",channel="webhook",destination="3"} 0',
    'notifications_pending{team="payments",channel="slack"} 7',
    'notifications_pending{team="search",channel="webhook"} 0',
    'attempts_in_flight{channel="slack"} 1',
    'attempts_in_flight{channel="webhook"} 0',
    'notification_oldest_due_age_seconds{channel="slack"} 3',
    'notification_oldest_due_age_seconds{channel="webhook"} 0',
    'notification_oldest_pending_age_seconds{channel="slack"} 9',
    'notification_oldest_pending_age_seconds{channel="webhook"} 0',
    'dead_letters{team="payments",channel="slack"} 2',
    'dead_letters{team="search",channel="webhook"} 0',
  ])
  destinations = destinations.slice(2)
  expect(await scrape()).toEqual([
    'circuit_state{team="search",receiver="chat",channel="webhook",destination="3"} 0',
    'notifications_pending{team="search",channel="webhook"} 0',
    'attempts_in_flight{channel="webhook"} 0',
    'notification_oldest_due_age_seconds{channel="webhook"} 0',
    'notification_oldest_pending_age_seconds{channel="webhook"} 0',
    'dead_letters{team="search",channel="webhook"} 0',
  ])
})
