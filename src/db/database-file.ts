/** From the setting to the path: `file:./data/router.db`, `file:///var/lib/router.db` or a plain path. */
import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DatabaseUnusableError } from './trouble.ts'

const EXAMPLE = 'Write for example DATABASE_URL=file:./data/alert-router.db'

/** The absolute path that `setting` names. Throws a sentence for what is not a file. */
export function databaseFile(setting: string): string {
  const text = setting.trim()
  const path = text.startsWith('file://') ? fileURLToPath(text) : text.replace(/^file:/, '')
  if (path === '') throw new Error(`The database has no file name. ${EXAMPLE}`)
  if (path.startsWith(':memory:')) {
    throw new Error(`The database must be a file, not :memory:, because it is read on a second connection. ${EXAMPLE}`)
  }
  if (/^[a-z][a-z0-9+.-]+:/i.test(path)) {
    throw new Error(`"${path.split(':', 1)[0]}:" is not a database this program can use; it needs a file. ${EXAMPLE}`)
  }
  if (path.includes('?')) throw new Error(`A database file takes no parameters after "?". ${EXAMPLE}`)
  return resolve(path)
}

/** Creates the folder and follows links, so that one file has one name and therefore one lock. Throws a DatabaseUnusableError. */
export function prepareFile(file: string): string {
  try {
    mkdirSync(dirname(file), { recursive: true })
    return existsSync(file) ? realpathSync(file) : join(realpathSync(dirname(file)), basename(file))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new DatabaseUnusableError(
      `The folder of the database ${file} cannot be made or entered (${code}). Give this user a folder it may write to.`,
      { cause },
    )
  }
}
