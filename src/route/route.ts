/** A team's routing tree, compiled: what the pure matcher walks and what a group reads its timers from. */
import type { Labels } from '../alert/labels.ts'
import type { Matcher } from './matcher.ts'

/** One node of the tree with everything inherited filled in (AM-R3, AM-R4). Durations in ms. */
export interface Route {
  /** The author's `name`, else a hash of matcher path, receiver and group_by; never position or timers. */
  readonly id: string
  /** The matchers of this node alone, as ANDed; empty on the root. */
  readonly matchers: readonly Matcher[]
  /** Name of a receiver of the same team document. */
  readonly receiver: string
  /** Label names, or 'all' for `['...']`. */
  readonly groupBy: readonly string[] | 'all'
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  readonly continue: boolean
  /** A change of an alert that all of these match flushes its group at once; empty: never. */
  readonly flushNow: readonly Matcher[]
  readonly routes: readonly Route[]
}

/** What a label set met at one node, in walking order, for explain: the first matcher that failed, if one did. */
export interface RouteVisit {
  readonly route: Route
  readonly depth: number
  readonly matched: boolean
  readonly failed: Matcher | null
  /** It matched and no child took the alert: the alert joins a group of this route. */
  readonly chosen: boolean
}

export type MatchRoutes = (root: Route, labels: Labels) => Route[]
