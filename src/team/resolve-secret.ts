/** Edge: reads a secret at the moment of use, so that a rotated one is used at the next attempt. */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { type AdminNames, checkReference, noAdminNames } from './secrets.ts'

/** Where secrets live. `secretsDir` null: there are no secret files. */
export interface SecretPlaces {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly secretsDir: string | null
  readonly adminNames?: AdminNames
}

/** The secret is not there or may not be used. The message names the variable or file, never a value. */
export class SecretUnavailableError extends Error {
  override readonly name = 'SecretUnavailableError'
}

const mostBytes = 64 * 1024

/** The trimmed value behind `env:NAME` or `file:NAME`. Throws a SecretUnavailableError that says what to set. */
export function resolveSecret(reference: string, team: string, places: SecretPlaces): string {
  const checked = checkReference(reference, team, places.adminNames ?? noAdminNames)
  if ('what' in checked)
    throw new SecretUnavailableError(`Secret reference of team "${team}": ${checked.what}; ${checked.valid}.`)
  if (checked.from === 'file') return readSecretFile(checked.name, team, places.secretsDir)
  const value = Object.hasOwn(places.env, checked.name) ? places.env[checked.name]?.trim() : undefined
  if (value) return value
  throw new SecretUnavailableError(
    `The environment variable ${checked.name} is not set, or empty. Set it and restart the router.`,
  )
}

function readSecretFile(name: string, team: string, secretsDir: string | null): string {
  const shown = `SECRETS_DIR/${team}/${name}`
  if (secretsDir === null) throw new SecretUnavailableError(`${shown} cannot be read: SECRETS_DIR is not set.`)
  let value: string
  try {
    // Kubernetes mounts secrets as links within the folder; a link that leaves it could read any file of the router's.
    const folder = realpathSync(join(secretsDir, team))
    const file = realpathSync(join(folder, name))
    if (!file.startsWith(folder + sep))
      throw new SecretUnavailableError(`${shown} is a link that leads out of its folder.`)
    const stat = statSync(file)
    if (!stat.isFile()) throw new SecretUnavailableError(`${shown} is not a regular file.`)
    if (stat.size > mostBytes) throw new SecretUnavailableError(`${shown} is larger than 64 KiB.`)
    value = readFileSync(file, 'utf8').trim()
  } catch (cause) {
    if (cause instanceof SecretUnavailableError) throw cause
    const { code } = cause as NodeJS.ErrnoException
    const missing = code === 'ENOENT' || code === 'ENOTDIR'
    throw new SecretUnavailableError(
      missing ? `${shown} does not exist. Create it.` : `${shown} cannot be read (${code}).`,
      { cause },
    )
  }
  if (value === '') throw new SecretUnavailableError(`${shown} is empty.`)
  return value
}
