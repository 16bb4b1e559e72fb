/** Which secrets a team may refer to: by name only, and only its own or those an administrator named for it. */

/** `env:NAME`, a variable of the router's environment, or `file:NAME`, a file directly under `SECRETS_DIR/<team>/`. */
export interface SecretReference {
  readonly from: 'env' | 'file'
  readonly name: string
}

/** Variables beyond its own prefix that an administrator lets a team use, by team. */
export type AdminNames = ReadonlyMap<string, ReadonlySet<string>>

export const noAdminNames: AdminNames = new Map()

/** Why a reference is refused. Neither text holds what was written: it may be the secret itself. */
export interface RefusedReference {
  readonly what: string
  readonly valid: string
}

/** Whether the text means a reference at all, right or wrong. */
export function looksLikeReference(text: string): boolean {
  return text.startsWith('env:') || text.startsWith('file:')
}

/**
 * What a reference names, if this team may use it. A variable has to begin with the team's own prefix, so that a
 * document cannot send another team's secret, or one of the router's own, to an address of its choosing.
 */
export function checkReference(text: string, team: string, adminNames: AdminNames): SecretReference | RefusedReference {
  const valid = `write env:${variablePrefix(team)}NAME, or file:NAME for a file directly under SECRETS_DIR/${team}/`
  if (!looksLikeReference(text)) return { what: 'a secret may not stand in the document', valid }
  const from = text.startsWith('env:') ? 'env' : 'file'
  const name = text.slice(from.length + 1)
  if (from === 'file') {
    const isPlain = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(name)
    return isPlain ? { from, name } : { what: 'not the plain name of a file', valid }
  }
  if (adminNames.get(team)?.has(name)) return { from, name }
  if (!/^[A-Za-z0-9_]{1,128}$/.test(name)) return { what: 'not the name of an environment variable', valid }
  if (isOwnVariable(name, team)) return { from, name }
  return { what: `the variable is not one of team "${team}"`, valid: `${valid}; an administrator can allow others` }
}

export function isOwnVariable(name: string, team: string): boolean {
  const prefix = variablePrefix(team)
  return name.startsWith(prefix) && name.length > prefix.length
}

/** `ml-platform` → `ML_PLATFORM_`. */
export function variablePrefix(team: string): string {
  return `${team.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_`
}

/**
 * Equal for destinations that speak to the same peer, as far as their documents tell: a file belongs to one team, the
 * same variable, URL or mail address means the same to all.
 */
export function addressKey(of: {
  readonly team: string
  readonly channel: string
  readonly reference: string
}): string {
  const { team, channel, reference } = of
  return JSON.stringify([channel, reference.startsWith('file:') ? team : null, reference])
}
