/** Prometheus durations: read, and divided, so that a day of rules is a matter of minutes. */

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
}

/**
 * The duration (`1h30m`, `90s`, `0`) divided by `factor`, but no shorter than `floorMs`; what was shorter before stays as it
 * is. Throws if the text is no duration.
 */
export function dividedDuration(text: string, factor: number, floorMs: number): string {
  const ms = durationMs(text)
  return writeDuration(Math.min(ms, Math.max(floorMs, Math.round(ms / factor))))
}

/** Throws if the text is no duration. https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations */
export function durationMs(text: string): number {
  if (text === '0') return 0
  if (!/^(?:\d+(?:ms|[smhdwy]))+$/.test(text)) throw new Error(`${JSON.stringify(text)} is no duration such as 1h30m.`)
  return [...text.matchAll(/(\d+)(ms|[smhdwy])/g)]
    .map(([, count, unit = '']) => Number(count) * (unitMs[unit] ?? 0))
    .reduce((sum, ms) => sum + ms)
}

function writeDuration(ms: number): string {
  const unit = ['d', 'h', 'm', 's'].find((unit) => ms % (unitMs[unit] ?? 1) === 0) ?? 'ms'
  return ms === 0 ? '0s' : `${ms / (unitMs[unit] ?? 1)}${unit}`
}
