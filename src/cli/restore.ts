/** `restore`: puts a backup in the place of the database, without telling people again what they were told long ago. */
import { existsSync, rmSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../clock.ts'
import { backUp, type Progress } from '../db/backup.ts'
import { prepareFile } from '../db/database-file.ts'
import { lockFile } from '../db/file-lock.ts'
import { inspectFile } from '../db/inspection.ts'
import { migrate } from '../db/migrate.ts'
import { replaceDatabase } from '../db/replace.ts'
import { openSqlite } from '../db/sqlite.ts'
import { leaveNumbersOut, withdrawPending } from '../notification/restored-store.ts'
import { readArguments } from './arguments.ts'
import { schemaProblems } from './check.ts'
import type { Command } from './command.ts'
import { progressLines } from './progress.ts'

const MIGRATIONS = fileURLToPath(new URL('../../migrations/sqlite/', import.meta.url))

const usage = `restore <file> [--resume]

  --resume  send what was pending when the backup was made, and repeat what is due: for a backup made just now

Stop the router first. The backup is read through before anything is touched; the database of before is kept under the name
that is printed. Notifications that were pending in the backup are taken back, as they may have been sent since: what still
fires is told again after repeat_interval, and whoever may know of an alert that is over hears of its end.
Alerts that came and went since the backup are lost; Alertmanager tells again of those that fire.

  restore /backups/alert-router-2026-11-20.db`

export const restore: Command = {
  name: 'restore',
  summary: 'put a backup in the place of the database, while the router is stopped',
  usage,
  run: async (args, { config, print, complain }) => {
    const asked = readArguments(args, ['resume'], 1)
    if (typeof asked === 'string') {
      complain(`${asked}.\n\n${usage}`)
      return 2
    }
    const backup = resolve(asked.file)
    const file = prepareFile(config.databaseFile)
    if (!existsSync(backup)) throw new Error(`There is no file ${backup}.`)
    if (prepareFile(backup) === file) throw new Error(`${backup} is the database itself. Name a backup.`)
    const resumes = asked.given.has('resume')
    const now = () => systemClock.now()
    const { aside, withdrawn } = await restoreFrom(backup, file, {
      resumes,
      now,
      progress: progressLines('Copied', complain),
    })
    print(`${file} is now what ${backup} holds.`)
    if (aside !== null) print(`The database of before is ${aside}: delete it when nobody needs it any more.`)
    if (!resumes) print(`${withdrawn} notifications that were pending in the backup were taken back.`)
    print('Tokens are those of the backup: revoke again what was revoked since. Then start the router.')
    return 0
  },
}

interface Restored {
  /** Where the database of before is now; null if there was none. */
  readonly aside: string | null
  /** Pending notifications that were taken back. */
  readonly withdrawn: number
}

/** Rejects with a sentence, and nothing changed, while somebody has `file` or when `backup` is not usable. */
export async function restoreFrom(
  backup: string,
  file: string,
  options: { readonly resumes: boolean; readonly now: () => number; readonly progress: Progress },
): Promise<Restored> {
  const lock = lockFile(file)
  const restoring = `${file}.restoring`
  try {
    checkUsable(backup)
    await backUp(backup, restoring, options.progress)
    const withdrawn = await bringUpToNow(restoring, basename(backup), options)
    const aside = `${file}.before-restore-${stamp(options.now())}`
    const hadOne = replaceDatabase(file, restoring, aside)
    return { aside: hadOne ? aside : null, withdrawn }
  } finally {
    for (const end of ['', '-wal', '-shm', '.lock']) rmSync(restoring + end, { force: true })
    lock.release()
  }
}

function checkUsable(backup: string): void {
  const inspection = inspectFile(backup)
  const [problem] = [...inspection.problems, ...schemaProblems(inspection)]
  if (problem !== undefined) throw new Error(`${backup} cannot be restored, and nothing was changed. ${problem}`)
}

/** The present schema, an outbox of now, and numbers that nobody knows yet. Returns how many pending ones were taken back. */
async function bringUpToNow(
  file: string,
  backup: string,
  { resumes, now }: { readonly resumes: boolean; readonly now: () => number },
): Promise<number> {
  const db = await openSqlite({ file, now })
  try {
    await migrate(db, MIGRATIONS)
    return await db.transaction(async (tx) => {
      await leaveNumbersOut(tx, `numbers go on from here: the database was restored from the backup ${backup}`)
      return resumes ? 0 : withdrawPending(tx, `taken back: the database was restored from the backup ${backup}`)
    })
  } finally {
    await db.close()
  }
}

/** Such as 20261120T120000Z. */
function stamp(now: number): string {
  return new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
}
