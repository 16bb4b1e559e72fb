/** Names of teams and of the files that hold their documents. */

export const validTeamName = 'lower-case letters, digits, - and _, at most 63, beginning with a letter or digit'

export function isTeamName(name: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,62}$/.test(name)
}

/** The team that a file is named after, or null: `teams/ml-platform.yml` → `ml-platform`. */
export function teamOfFile(file: string): string | null {
  const name = /([^/\\]*)\.ya?ml$/.exec(file)?.[1] ?? ''
  return isTeamName(name) ? name : null
}
