/** Finds the heartbeats that an alert belongs to, among those of all teams: asked for every alert that comes. */
import type { Labels } from '../alert/labels.ts'
import { matchesAll } from '../route/matcher.ts'
import { exactMatcher, type Heartbeat } from '../team/heartbeats.ts'

/** A heartbeat of a document in force. */
export interface HeartbeatInForce {
  readonly team: string
  readonly versionId: number
  readonly heartbeat: Heartbeat
}

export class Expected {
  /** In order of teams and, within one, of the document. */
  readonly all: readonly HeartbeatInForce[]
  /** By label name, then by value: any other alert costs two look-ups per name, and names are one or two. */
  private readonly exact: { readonly name: string; readonly byValue: Map<string, HeartbeatInForce[]> }[] = []

  constructor(all: readonly HeartbeatInForce[]) {
    this.all = all
    for (const inForce of all) {
      const exact = exactMatcher(inForce.heartbeat.matchers)
      if (exact === undefined) throw new Error(`heartbeat ${inForce.heartbeat.name} names no value exactly`)
      const byValue = this.valuesOf(exact.name)
      const asking = byValue.get(exact.value)
      if (asking === undefined) byValue.set(exact.value, [inForce])
      else asking.push(inForce)
    }
  }

  /** Those of whichever team that all their matchers find in these labels. */
  of(labels: Labels): readonly HeartbeatInForce[] {
    let found: HeartbeatInForce[] | null = null
    for (const { name, byValue } of this.exact) {
      const value = labels[name]
      if (value === undefined) continue
      for (const inForce of byValue.get(value) ?? none) {
        if (!matchesAll(inForce.heartbeat.matchers, labels)) continue
        found ??= []
        found.push(inForce)
      }
    }
    return found ?? none
  }

  private valuesOf(name: string): Map<string, HeartbeatInForce[]> {
    const known = this.exact.find((one) => one.name === name)
    if (known !== undefined) return known.byValue
    const byValue = new Map<string, HeartbeatInForce[]>()
    this.exact.push({ name, byValue })
    return byValue
  }

  named(team: string | undefined, name: string | undefined): HeartbeatInForce | undefined {
    if (team === undefined || name === undefined) return undefined
    return this.all.find((inForce) => inForce.team === team && inForce.heartbeat.name === name)
  }
}

/** Shared, since nearly every alert gets it. */
const none: readonly HeartbeatInForce[] = []
