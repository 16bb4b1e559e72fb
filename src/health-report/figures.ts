/** Numbers as people read them. null is "no data", never 0. */

export const NO_DATA = 'no data'

/** Seconds as `3.1 ms`, `870 ms` or `1.50 s`. */
export function durationText(seconds: number | null): string {
  if (seconds === null) return NO_DATA
  const ms = seconds * 1_000
  if (ms < 9.95) return `${ms.toFixed(1)} ms`
  return ms < 999.5 ? `${ms.toFixed(0)} ms` : `${seconds.toFixed(2)} s`
}

/** A share of 1 as `0.4 %`. What is not quite all is never shown as 100 %, and what is not quite nothing never as 0. */
export function shareText(share: number | null, digits = 1): string {
  if (share === null) return NO_DATA
  const text = (100 * share).toFixed(digits)
  const least = 10 ** -digits
  if (share < 1 && Number(text) === 100) return `>${(100 - least).toFixed(digits)} %`
  if (share > 0 && Number(text) === 0) return `<${least.toFixed(digits)} %`
  return `${text} %`
}

/** Per second. */
export function rateText(rate: number | null): string {
  if (rate === null) return NO_DATA
  return rate > 0 && rate < 0.05 ? '<0.1' : rate.toFixed(1)
}

export function numberText(value: number | null, digits = 2): string {
  return value === null ? NO_DATA : value.toFixed(digits)
}

/** How long ago: `12 s`, `4 min`, `3 h`, `2 d`. */
export function agoText(ms: number): string {
  const seconds = Math.max(0, ms / 1_000)
  if (seconds < 90) return `${seconds.toFixed(0)} s`
  if (seconds < 90 * 60) return `${(seconds / 60).toFixed(0)} min`
  return seconds < 36 * 3_600 ? `${(seconds / 3_600).toFixed(0)} h` : `${(seconds / 86_400).toFixed(0)} d`
}

/** Shares as a bar of `width` cells; whatever is there at all has a cell. */
export function barText(shares: readonly { readonly share: number | null; readonly mark: string }[], width: number) {
  if (shares.some(({ share }) => share === null)) return ''
  const ends = shares.map((_, n) => shares.slice(0, n + 1).reduce((sum, { share }) => sum + (share ?? 0), 0))
  return shares
    .map(({ share, mark }, n) => {
      const from = Math.round((ends[n - 1] ?? 0) * width)
      const cells = Math.round((ends[n] ?? 0) * width) - from
      return mark.repeat(Math.max(cells, (share ?? 0) > 0 ? 1 : 0))
    })
    .join('')
    .slice(0, width)
}
