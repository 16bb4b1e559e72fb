/** How long a message may take to get through, by how bad things are: then its fallback is told, and in the end it is given up. */

export type Severity = 'critical' | 'warning' | 'info'

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

const known = new Map<string, Severity>([
  ...['critical', 'crit', 'page', 'emergency', 'disaster', 'fatal'].map((word) => [word, 'critical'] as const),
  ...['info', 'information', 'informational', 'notice', 'low', 'none', 'debug'].map((word) => [word, 'info'] as const),
])

/** What the label `severity` means here; no label, or a word of somebody's own, counts as a warning. */
export function severityOf(label: string | undefined): Severity {
  return known.get(label?.toLowerCase() ?? '') ?? 'warning'
}

/** The worst of them; `warning` for none at all. */
export function worst(severities: Iterable<Severity>): Severity {
  let found: Severity | null = null
  for (const severity of severities) {
    if (severity === 'critical') return severity
    if (found === null || severity === 'warning') found = severity
  }
  return found ?? 'warning'
}
