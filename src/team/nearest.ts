/** "Did you mean …?": what is known, and the known name closest to one that is not. */
import { quoted } from './problem.ts'

/** `did you mean "receiver"? ` when a known name is close enough to be a slip of the keyboard, else ''. */
export function didYouMean(written: string, known: Iterable<string>): string {
  if (written.length > 60) return ''
  let nearest: string | null = null
  // Two letters changed places count as two.
  let least = (written.length < 4 ? 1 : Math.max(2, Math.floor(written.length / 3))) + 1
  for (const name of known) {
    const distance = Math.abs(name.length - written.length) < least ? editDistance(written, name) : least
    if (distance < least) {
      least = distance
      nearest = name
    }
  }
  return nearest === null ? '' : `did you mean ${quoted(nearest)}? `
}

/** The known names, at most 8 of them. */
export function listed(names: ReadonlySet<string>): string {
  const shown = [...names].slice(0, 8).map(quoted).join(', ')
  return names.size > 8 ? `${shown} and ${names.size - 8} more` : shown
}

/** Letters to add, drop or change (Levenshtein 1965); upper and lower case count as the same letter. */
function editDistance(from: string, to: string): number {
  const [a, b] = [from.toLowerCase(), to.toLowerCase()]
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
