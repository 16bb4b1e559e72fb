/** Sizes as people write them: `64MB`, `1GiB`. */

const units: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
}

/** Bytes, or null if the text is no size. MB is a million, MiB 2^20; upper or lower case, a space before the unit if you like. */
export function parseBytes(text: string): number | null {
  const [, count = '', unit = ''] = /^(\d{1,15}(?:\.\d{1,3})?) ?([a-z]{0,3})$/i.exec(text.trim()) ?? []
  const unitBytes = units[unit.toUpperCase()]
  if (count === '' || unitBytes === undefined) return null
  const bytes = Math.round(Number(count) * unitBytes)
  return Number.isSafeInteger(bytes) ? bytes : null
}

/** To three digits at most: `64 MB`, `1.25 GB`, `512 B`. */
export function formatBytes(bytes: number): string {
  for (const [unit, unitBytes] of [
    ['TB', 1e12],
    ['GB', 1e9],
    ['MB', 1e6],
    ['KB', 1e3],
  ] as const) {
    if (bytes >= unitBytes) return `${Number((bytes / unitBytes).toPrecision(3))} ${unit}`
  }
  return `${bytes} B`
}
