/** What the alerts of one request say of heartbeats, one word per heartbeat. */
import type { Labels } from '../alert/labels.ts'
import type { Change } from '../episode/episode.ts'
import type { Expected, HeartbeatInForce } from './expected.ts'
import type { HeartbeatEvent } from './heartbeat.ts'

export class Heard {
  private readonly expected: Expected
  /** By heartbeat: the alerts of it that ended in this request and did not fire again in it; none, if all of them fire. */
  private readonly overBy = new Map<HeartbeatInForce, Set<string>>()

  constructor(expected: Expected) {
    this.expected = expected
  }

  /**
   * Takes an alert after its changes. `isOpen`: it fires still. Any firing one beats, also a late duplicate: it did come.
   * An end counts only if it was news and nothing later is known of the alert, so that replicas which repeat an old end,
   * or tell it after the next beginning, raise nothing.
   */
  take(
    labels: Labels,
    fingerprint: string,
    status: 'firing' | 'resolved',
    changes: readonly Change[],
    isOpen: boolean,
  ): void {
    const ended = status === 'resolved' && !isOpen && changes.some(({ type }) => type !== 'late-duplicate')
    if (status === 'resolved' && !ended) return
    for (const inForce of this.expected.of(labels)) {
      let over = this.overBy.get(inForce)
      if (over === undefined) {
        over = new Set()
        this.overBy.set(inForce, over)
      }
      if (ended) over.add(fingerprint)
      else over.delete(fingerprint)
    }
  }

  /** When in doubt, tell: where one alert of a heartbeat ended and another fires, the end counts. */
  *events(): Iterable<readonly [HeartbeatInForce, Exclude<HeartbeatEvent, 'look'>]> {
    for (const [inForce, over] of this.overBy) yield [inForce, over.size > 0 ? 'ended' : 'beat']
  }
}
