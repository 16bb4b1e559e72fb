/** Durations as Prometheus writes them: `1h30m`, `90s`, `500ms`, `1d`. */

const units = [
  ['y', 365 * 24 * 3_600_000],
  ['w', 7 * 24 * 3_600_000],
  ['d', 24 * 3_600_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const

const pattern = new RegExp(`^${units.map(([unit]) => `(?:([0-9]+)${unit})?`).join('')}$`)

/** Prometheus counts nanoseconds in 64 bits, about 292 years; what it refuses is refused here. */
const longestMs = Math.floor(2 ** 63 / 1e6)

/**
 * Milliseconds, or null if the text is no duration. Each unit at most once, larger before smaller, whole numbers, no
 * spaces; a bare `0` is zero. A day has 24 hours and a year 365 days.
 * Rule: https://prometheus.io/docs/prometheus/latest/configuration/configuration/ (`<duration>`).
 */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0
  const counts = text.length > 0 && text.length <= 100 ? pattern.exec(text)?.slice(1) : undefined
  if (counts === undefined) return null
  let ms = 0
  for (const [at, [, unitMs]] of units.entries()) ms += Number(counts[at] ?? 0) * unitMs
  return ms <= longestMs ? ms : null
}

/** The shortest text that `parseDuration` reads as this: `1h30m`, `0s`. */
export function formatDuration(durationMs: number): string {
  let text = ''
  let left = durationMs
  for (const [unit, unitMs] of units) {
    const count = Math.floor(left / unitMs)
    if (count > 0) text += `${count}${unit}`
    left -= count * unitMs
  }
  return text === '' ? '0s' : text
}
