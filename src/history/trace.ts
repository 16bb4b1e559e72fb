/** Which routes of a stored document took an alert and why the others did not: recomputed, never stored. */
import type { Labels } from '../alert/labels.ts'
import { formatMatcher } from '../route/matcher.ts'
import type { Route } from '../route/route.ts'
import { traceRoutes } from '../route/tree.ts'
import { parseTeamDocument } from '../team/document.ts'
import type { TeamVersion } from '../team/store.ts'

/** One route as the alert met it, in the order of the walk. Matchers as text. */
export interface TraceStep {
  readonly routeId: string
  /** 0 for the root. */
  readonly depth: number
  readonly receiver: string
  readonly matchers: string[]
  readonly continue: boolean
  readonly matched: boolean
  /** The first matcher that failed. */
  readonly failed: string | null
  /** The alert joined a group of this route. */
  readonly chosen: boolean
}

/** Compiled trees kept: reading a document of a hundred routes takes about 5 ms. */
const MOST_REMEMBERED = 50

/** Traces through documents that were in force once; remembers the last ones it read. */
export class Traces {
  private readonly roots = new Map<number, Route | null>()

  /** Null for a document that this version of the program can no longer read. */
  of(version: TeamVersion, labels: Labels): TraceStep[] | null {
    const root = this.root(version)
    return root === null ? null : traceRoutes(root, labels).map(toStep)
  }

  private root(version: TeamVersion): Route | null {
    const known = this.roots.get(version.id)
    if (known !== undefined) return known
    const parsed = parseTeamDocument(version.document, `${version.team}.yml`)
    const root = parsed.ok ? parsed.document.root : null
    if (this.roots.size >= MOST_REMEMBERED) this.roots.clear()
    this.roots.set(version.id, root)
    return root
  }
}

function toStep({ route, depth, matched, failed, chosen }: ReturnType<typeof traceRoutes>[number]): TraceStep {
  return {
    routeId: route.id,
    depth,
    receiver: route.receiver,
    matchers: route.matchers.map(formatMatcher),
    continue: route.continue,
    matched,
    failed: failed === null ? null : formatMatcher(failed),
    chosen,
  }
}
