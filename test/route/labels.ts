/** Label sets for the tests of this folder. */
import { type Labels, toLabels } from '../../src/alert/labels.ts'

/** From entries, because `{ __proto__: … }` is no data in a literal. Empty values are dropped, as at intake. */
export function labelsOf(entries: Iterable<readonly [string, string]>): Labels {
  return toLabels(Object.fromEntries(entries))
}
