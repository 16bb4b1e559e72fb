/** Times, durations and counts as people and machines read them in messages; always UTC. */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** What `Date` can hold (https://tc39.es/ecma262/#sec-time-values-and-time-range); a time outside is nobody's clock. */
const MAX_TIME = 8.64e15

/** RFC 3339 with milliseconds, as Alertmanager's payload writes times. */
export function rfc3339(at: number): string {
  return new Date(inRange(at)).toISOString()
}

/** `2026-11-20 23:13 UTC` */
export function utcMinute(at: number): string {
  return `${rfc3339(at)
    .replace('T', ' ')
    .replace(/:\d{2}\.\d{3}Z$/, '')} UTC`
}

/** `23:13 UTC`, with the date in front unless `near`, a moment the reader knows of, is of the same day. */
export function utcTime(at: number, near: number): string {
  const text = utcMinute(at)
  const date = text.slice(0, -'HH:MM UTC'.length)
  return utcMinute(near).startsWith(date) ? text.slice(date.length) : text
}

/** The two largest units: `45 s`, `14 min`, `2 h 5 min`, `3 d 4 h`. Negative durations (clocks apart) count as 0. */
export function durationText(durationMs: number): string {
  const ms = Math.max(0, inRange(durationMs))
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  if (ms < DAY) return twoUnits(Math.floor(ms / HOUR), 'h', Math.floor((ms % HOUR) / MINUTE), 'min')
  return twoUnits(Math.floor(ms / DAY), 'd', Math.floor((ms % DAY) / HOUR), 'h')
}

/** `, 7 min`; nothing when it has only begun: the message has just come. */
export function lasting(durationMs: number): string {
  return durationMs < MINUTE ? '' : `, ${durationText(durationMs)}`
}

/** `1,204` */
export function countText(count: number): string {
  return count.toLocaleString('en-US')
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

function inRange(at: number): number {
  return Number.isNaN(at) ? 0 : Math.max(-MAX_TIME, Math.min(at, MAX_TIME))
}
