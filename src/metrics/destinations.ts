/** Gauges of the destinations: what waits, since when, what was given up, and which circuits are open. */
import { Gauge } from '@prometheus-io/client'
import type { DestinationState } from '../history/destination-states.ts'
import type { CircuitState } from '../notification/circuit.ts'
import type { Named } from './named.ts'

const stateNumbers: Readonly<Record<CircuitState, number>> = { closed: 0, 'half-open': 1, open: 2 }

export function destinationGauges(of: Named, destinations: () => Iterable<DestinationState>): void {
  // Declared first, so collected first: it fills the others from the same look.
  const circuit = new Gauge({
    ...of(
      'circuit_state',
      '0 closed; 1 half-open, the next message is a probe; 2 open, it failed again and again and is left alone.',
      ...(['team', 'receiver', 'channel', 'destination'] as const),
    ),
    collect: () => fill([...destinations()]),
  })
  const pending = new Gauge(of('notifications_pending', 'Notifications to be sent.', 'team', 'channel'))
  const inFlight = new Gauge(of('attempts_in_flight', 'Attempts under way.', 'channel'))
  const oldestDue = new Gauge(
    of(
      'notification_oldest_due_age_seconds',
      'How long the oldest notification has waited that no pause holds back.',
      'channel',
    ),
  )
  const oldestPending = new Gauge(
    of('notification_oldest_pending_age_seconds', 'How long the oldest notification has waited.', 'channel'),
  )
  const deadLetters = new Gauge(
    of('dead_letters', 'Living groups that were given up on for a destination.', 'team', 'channel'),
  )

  function fill(all: readonly DestinationState[]): void {
    for (const gauge of [circuit, pending, inFlight, oldestDue, oldestPending, deadLetters]) gauge.reset()
    for (const { id, team, receiver, channel, ...state } of all) {
      circuit.set({ team, receiver, channel, destination: String(id) }, stateNumbers[state.circuit])
      pending.inc({ team, channel }, state.pending)
      inFlight.inc({ channel }, state.inFlight)
      deadLetters.inc({ team, channel }, state.deadLetters)
    }
    for (const [channel, some] of Map.groupBy(all, (destination) => destination.channel)) {
      oldestDue.set({ channel }, Math.max(...some.map((one) => one.oldestDueMs)) / 1000)
      oldestPending.set({ channel }, Math.max(...some.map((one) => one.oldestPendingMs)) / 1000)
    }
  }
}
