/** The tokens the operator set, from the environment or from files, refused where they would not protect anything. */
import { readFileSync } from 'node:fs'

/** Null: not set, which is possible on loopback only. `ingestPrevious` is still taken during a rotation. */
export interface TokenSecrets {
  readonly ingest: string | null
  readonly ingestPrevious: string | null
  readonly read: string | null
  readonly admin: string | null
}

const required = ['INGEST_TOKEN', 'READ_TOKEN', 'ADMIN_TOKEN'] as const
type TokenName = (typeof required)[number] | 'INGEST_TOKEN_PREVIOUS'

const SHORTEST_TOKEN = 16
const makeOne = 'make one with: openssl rand -hex 32'

/** What stands in examples and templates until somebody fills it in, and one character over and over. */
const placeholder = /^<.*>$|^\$|change[-_.]?me|replace[-_.]?me|^your[-_.]|placeholder|example|^(.)\1*$/i

/**
 * Reads each token from its variable or from the file that `<variable>_FILE` names; adds what is wrong to `problems`,
 * never with the value. `exposed`: others than this machine can connect, so every token must be there.
 */
export function readTokens(
  env: Readonly<Record<string, string | undefined>>,
  exposed: boolean,
  problems: string[],
): TokenSecrets {
  const seen = new Map<string, TokenName>()
  const read = (name: TokenName): string | null => {
    const secret = readToken(env, name, problems)
    const twin = secret === null ? undefined : seen.get(secret)
    if (twin !== undefined)
      problems.push(`${name}: is the same as ${twin}, so one would open what the other protects; ${makeOne}`)
    if (secret !== null) seen.set(secret, name)
    return secret
  }
  const tokens = {
    ingest: read('INGEST_TOKEN'),
    ingestPrevious: read('INGEST_TOKEN_PREVIOUS'),
    read: read('READ_TOKEN'),
    admin: read('ADMIN_TOKEN'),
  }
  for (const name of required) {
    if (exposed && !isSet(env, name)) {
      problems.push(
        `${name}: is not set, and HOST=${env.HOST} can be reached from other machines; set it (${makeOne}) or use HOST=127.0.0.1`,
      )
    }
  }
  if (isSet(env, 'INGEST_TOKEN_PREVIOUS') && !isSet(env, 'INGEST_TOKEN')) {
    problems.push('INGEST_TOKEN_PREVIOUS: is set without INGEST_TOKEN; set the token that replaces it')
  }
  return tokens
}

function isSet(env: Readonly<Record<string, string | undefined>>, name: TokenName): boolean {
  return env[name] !== undefined || Boolean(env[`${name}_FILE`])
}

function readToken(
  env: Readonly<Record<string, string | undefined>>,
  name: TokenName,
  problems: string[],
): string | null {
  const file = env[`${name}_FILE`]
  if (env[name] !== undefined && file) {
    problems.push(`${name}: is set, and ${name}_FILE as well; keep one of them`)
    return null
  }
  const secret = file ? readTokenFile(name, file, problems) : env[name]
  if (secret === undefined) return null
  const flaw = flawOf(secret)
  if (flaw === null) return secret
  problems.push(`${file ? `${name}_FILE` : name}: ${flaw}; ${makeOne}`)
  return null
}

function readTokenFile(name: TokenName, path: string, problems: string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    problems.push(
      `${name}_FILE: ${path} cannot be read (${(error as NodeJS.ErrnoException).code}); name a file that holds the token`,
    )
    return undefined
  }
}

function flawOf(secret: string): string | null {
  if (secret === '') return 'is empty'
  if (placeholder.test(secret)) return 'is still a placeholder'
  if (secret.length < SHORTEST_TOKEN) return `is shorter than ${SHORTEST_TOKEN} characters`
  return /^[\x21-\x7e]+$/.test(secret) ? null : 'holds a space or a character that an HTTP header cannot carry'
}
