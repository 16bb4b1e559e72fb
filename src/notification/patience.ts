/** How long a message may take to get through, by how bad things are: then its fallback is told, and in the end it is given up. */
import type { Severity } from '../alert/severity.ts'

/** From the decision to notify. `fallbackMs`: until the fallback is told. `giveUpMs`: until it becomes a dead letter. */
const patience: Readonly<Record<Severity, { readonly fallbackMs: number; readonly giveUpMs: number }>> = {
  critical: { fallbackMs: 2 * 60_000, giveUpMs: 24 * 3_600_000 },
  warning: { fallbackMs: 10 * 60_000, giveUpMs: 24 * 3_600_000 },
  info: { fallbackMs: 30 * 60_000, giveUpMs: 3_600_000 },
}

/** When a message's patience ends, epoch ms. `fallbackAt` is null once its fallback is told. */
export interface PatienceEnds {
  readonly fallbackAt: number | null
  readonly giveUpAt: number
}

/**
 * For a message decided `now`. One that takes the place of an `older` one has been waiting for its fallback since then,
 * unless that was told (`isReplaced`); given up is what is no longer true, so newer state has its whole time.
 */
export function patienceEnds(
  severity: Severity,
  older: { readonly fallbackAt: number | null; readonly giveUpAt: number | null } | undefined,
  isReplaced: boolean,
  now: number,
): PatienceEnds {
  const { fallbackMs, giveUpMs } = patience[severity]
  const since = older?.fallbackAt ?? (isReplaced ? null : now + fallbackMs)
  return {
    fallbackAt: since === null ? null : Math.min(since, now + fallbackMs),
    giveUpAt: Math.max(older?.giveUpAt ?? 0, now + giveUpMs),
  }
}
