/** What an attempt's outcome makes of its notification and of its destination. */
import type { Receipt } from '../channel/channel.ts'
import type { Settled } from '../group/group.ts'

/** Once an attempt may have arrived, later failures do not take that back. */
export function outcomeFor(inDoubt: boolean, { outcome }: Receipt): Settled {
  switch (outcome) {
    case 'delivered':
      return 'delivered'
    case 'permanent':
      return inDoubt ? 'dead-in-doubt' : 'dead'
    case 'unknown':
      return 'in-doubt'
    case 'transient':
      return inDoubt ? 'in-doubt' : 'retry'
  }
}

/**
 * The destination's failures in a row. `atClaim` of them were known when the attempt began: attempts that fail side by
 * side are one failure. Who refuses one message for its content is there and listens.
 */
export function failuresAfter(failures: number, atClaim: number, { outcome, about }: Receipt): number {
  if (outcome === 'delivered' || (outcome === 'permanent' && about === 'payload')) return 0
  return Math.max(failures, atClaim + 1)
}
