/** What all alerts of a message have in common, so that it is said once. */
import type { Labels } from '../alert/labels.ts'

/** The name=value pairs that every one of `all` has (AM-P11). Null-prototype: any name is data. Empty for no label sets. */
export function commonPairs(all: readonly Labels[]): Labels {
  const common: Record<string, string> = Object.create(null)
  const [first, ...others] = all
  for (const [name, value] of Object.entries(first ?? {})) {
    if (others.every((labels) => labels[name] === value)) common[name] = value
  }
  return common
}
