/** How much one alert may hold, and what is said of a label set that breaks it. Lengths count UTF-16 units. */

export const limits = {
  labels: 200,
  nameLength: 256,
  labelValueLength: 16 * 1024,
  annotations: 200,
  /** Names and values of all annotations together; longer values are cut. */
  annotationsLength: 64 * 1024,
  /** Receiver, group key and links; longer ones are cut. */
  textLength: 16 * 1024,
} as const

/**
 * What is wrong with an alert's labels, or null. They are its identity, so they are refused rather than cut. Empty
 * values count as absent, and none left is wrong (AM-A2).
 */
export function labelsFault(raw: unknown): string | null {
  const count = countTexts(raw)
  if (typeof count === 'string') return count
  return count === 0 ? 'an alert needs at least one label that is not empty' : null
}

/** The same for the group's labels, of which there may be none. */
export function groupLabelsFault(raw: unknown): string | null {
  const count = countTexts(raw)
  return typeof count === 'string' ? count : null
}

/** What is wrong with annotations, or null: they must be text, but how much they hold is cut, not refused. */
export function annotationsFault(raw: unknown): string | null {
  if (raw === undefined || raw === null) return null
  if (!isObject(raw)) return 'expected an object of texts'
  for (const name of Object.keys(raw)) {
    if (typeof raw[name] !== 'string') return `the value of ${JSON.stringify(name.slice(0, 64))} must be text`
  }
  return null
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** How many non-empty texts `raw` holds, or the sentence that says which limit it breaks. */
function countTexts(raw: unknown): number | string {
  if (!isObject(raw)) return 'expected an object of texts'
  let count = 0
  for (const name of Object.keys(raw)) {
    const value = raw[name]
    if (typeof value !== 'string') return `the value of ${JSON.stringify(name.slice(0, 64))} must be text`
    if (value === '') continue
    count++
    if (name === '') return 'a label needs a name'
    if (name.length > limits.nameLength) return `a label name is longer than ${limits.nameLength} characters`
    if (value.length > limits.labelValueLength) {
      return `the value of ${JSON.stringify(name.slice(0, 64))} is longer than ${limits.labelValueLength} characters`
    }
  }
  return count > limits.labels ? `${count} labels are more than the ${limits.labels} allowed` : count
}
