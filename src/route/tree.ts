/** Walks a team's routing tree: which routes take an alert, why the others do not, and which group it joins there. */
import { createHash } from 'node:crypto'
import { compareNames, type Labels, newBare } from '../alert/labels.ts'
import { firstFailing, formatMatcher, type Matcher } from './matcher.ts'
import type { MatchRoutes, Route, RouteVisit } from './route.ts'

/**
 * The routes that take an alert, depth first and in the author's order; never empty for a root without matchers.
 * A matching child ends the search among its siblings unless it says `continue`; a node takes the alert itself only
 * if none of its children did (AM-R1, AM-R2). The same receiver may come twice.
 */
export const matchRoutes: MatchRoutes = (root, labels) => {
  const chosen: Route[] = []
  walk(root, labels, 0, chosen, null)
  return chosen
}

/** Every node that `matchRoutes` looks at, in its order. The `chosen` ones are, in walking order, its answer. */
export function traceRoutes(root: Route, labels: Labels): RouteVisit[] {
  const visits: Visit[] = []
  walk(root, labels, 0, [], visits)
  return visits
}

/**
 * The labels that name an alert's group on this route. A label that the alert lacks is left out, so alerts without it
 * form a group of their own (AM-R6); 'all' means every label (AM-R5).
 */
export function groupLabels(route: Route, labels: Labels): Labels {
  if (route.groupBy === 'all') return labels
  const found = newBare()
  for (const name of inByteOrder(route.groupBy)) {
    const value = labels[name]
    if (value !== undefined) found[name] = value
  }
  return found
}

/**
 * The identity of a route: the author's name, else 12 hex digits over what the route is about. `path` holds the
 * matchers of each level from the root's empty list down to the route's own; their order within a level and the order
 * of `groupBy` do not count, nor does the position among siblings or any timer.
 */
export function assignRouteId(
  path: readonly (readonly Matcher[])[],
  receiver: string,
  groupBy: Route['groupBy'],
  name: string | undefined,
): string {
  if (name !== undefined) return name
  const levels = path.map((matchers) => matchers.map(formatMatcher).sort())
  const canonical = JSON.stringify([levels, receiver, groupBy === 'all' ? groupBy : groupBy.toSorted()])
  return createHash('sha256').update(canonical).digest('hex').slice(0, 12)
}

type Visit = { -readonly [field in keyof RouteVisit]: RouteVisit[field] }

/** The one walk behind the answer and its explanation, so that they cannot disagree. A node that fails allocates nothing. */
function walk(route: Route, labels: Labels, depth: number, chosen: Route[], visits: Visit[] | null): boolean {
  const failed = firstFailing(route.matchers, labels)
  const visit = visits && { route, depth, matched: failed === null, failed, chosen: false }
  if (visit) visits.push(visit)
  if (failed) return false

  const before = chosen.length
  for (const child of route.routes) {
    if (walk(child, labels, depth + 1, chosen, visits) && !child.continue) break
  }
  if (chosen.length === before) {
    chosen.push(route)
    if (visit) visit.chosen = true
  }
  return true
}

/** Label names sorted as `Labels` wants them, so that a group keeps its name when the author reorders group_by. */
function inByteOrder(names: readonly string[]): readonly string[] {
  let sorted = sortedNames.get(names)
  if (sorted === undefined) {
    sorted = names.toSorted(compareNames)
    sortedNames.set(names, sorted)
  }
  return sorted
}

/** Sorting costs more than matching; a route's group_by never changes. */
const sortedNames = new WeakMap<readonly string[], readonly string[]>()
