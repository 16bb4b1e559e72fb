/** `backup`: a copy of the database as it is now, also while the router runs. */
import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { backUp } from '../db/backup.ts'
import { prepareFile } from '../db/database-file.ts'
import { formatBytes } from '../disk/bytes.ts'
import { readArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { progressLines } from './progress.ts'

const usage = `backup <file> [--force]

  --force  replace <file> if it is there

Copies the database as it is at one moment into one file that only you can read. Works while the router runs and does not
hold it up. The copy is read through before it gets its name: a file of that name is a good backup.

  backup /backups/alert-router-$(date +%F).db`

export const backup: Command = {
  name: 'backup',
  summary: 'copy the database into one file, also while the router runs',
  usage,
  run: async (args, { config, print, complain }) => {
    const asked = readArguments(args, ['force'], 1)
    if (typeof asked === 'string') {
      complain(`${asked}.\n\n${usage}`)
      return 2
    }
    const target = resolve(asked.file)
    const { databaseFile } = config
    if (!existsSync(databaseFile))
      throw new Error(`There is no database at ${databaseFile}. Set DATABASE_URL as for the router.`)
    if (!existsSync(dirname(target))) throw new Error(`The folder ${dirname(target)} is not there. Make it first.`)
    if (existsSync(target)) {
      if (prepareFile(target) === prepareFile(databaseFile))
        throw new Error(`${target} is the database itself. Name another file.`)
      if (!statSync(target).isFile()) throw new Error(`${target} is no file. Name a file.`)
      if (!asked.given.has('force'))
        throw new Error(`${target} is there already. Name another file, or say --force to replace it.`)
    }
    const counts = await backUp(databaseFile, target, progressLines('Copied', complain))
    const episodes = counts.get('episode') ?? 0
    print(`${target}: ${formatBytes(statSync(target).size)}, ${episodes} alerts, read through and found in order.`)
    return 0
  },
}
