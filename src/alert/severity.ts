/** How bad an alert is: what the label `severity` means, in one place for messages, patience and metrics. */

export type Severity = 'critical' | 'warning' | 'info'

/** From worst to mildest, with the words that people write for each. */
const SEVERITIES: readonly { readonly severity: Severity; readonly words: readonly string[] }[] = [
  { severity: 'critical', words: ['critical', 'crit', 'page', 'emergency', 'fatal', 'disaster', 'high', 'error'] },
  { severity: 'warning', words: ['warning', 'warn', 'major', 'medium', 'minor', 'average'] },
  {
    severity: 'info',
    words: ['info', 'information', 'informational', 'notice', 'low', 'debug', 'none', 'demo'],
  },
]

const byWord = new Map(SEVERITIES.flatMap(({ severity, words }) => words.map((word) => [word, severity] as const)))

/** No label, or a word we do not know, counts as critical: nobody may be calmed by it. */
export function severityOf(label: string | undefined): Severity {
  return byWord.get(label?.toLowerCase() ?? '') ?? 'critical'
}

/** 0 for the worst. */
export function severityRank(severity: Severity): number {
  return SEVERITIES.findIndex((entry) => entry.severity === severity)
}

/** The worst of them; critical for none at all. */
export function worstOf(severities: readonly Severity[]): Severity {
  return severities.toSorted((a, b) => severityRank(a) - severityRank(b))[0] ?? 'critical'
}
