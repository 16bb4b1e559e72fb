/** Edge: reads the team documents in TEAMS_DIR. */
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { teamOfFile } from './name.ts'
import type { TeamFile } from './reload.ts'
import { mostBytes } from './yaml-tree.ts'

/** TEAMS_DIR itself cannot be read. The message says which folder it is and what to do. */
export class TeamsFolderError extends Error {
  override readonly name = 'TeamsFolderError'
}

/**
 * Every `*.yml` and `*.yaml`, sorted by name; those whose name begins with a dot are left out. What cannot be read, or
 * is no regular file, comes with `text` null: it costs its team alone, and does not count as taken away. Throws a
 * TeamsFolderError.
 */
export async function readTeamsDirectory(dir: string): Promise<TeamFile[]> {
  let names: string[]
  try {
    names = await readdir(dir)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const what =
      code === 'ENOENT' ? 'does not exist' : code === 'ENOTDIR' ? 'is not a folder' : `cannot be read (${code})`
    throw new TeamsFolderError(
      `TEAMS_DIR: the folder ${dir} ${what}. Set TEAMS_DIR to the folder that holds default.yml.`,
      { cause },
    )
  }
  const documents = names.filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort()
  const files = await Promise.all(documents.map(async (name) => readTeamFile(join(dir, name))))
  return files.filter((file) => file !== null)
}

/** Null for what was removed since the folder was listed. */
async function readTeamFile(file: string): Promise<TeamFile | null> {
  const team = teamOfFile(file)
  try {
    // Non-blocking: opening a pipe that nobody writes to would wait for ever.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const isFile = (await handle.stat()).isFile()
      return { file, team, text: isFile ? await readStart(handle) : null }
    } finally {
      await handle.close()
    }
  } catch (cause) {
    const isGone = (cause as NodeJS.ErrnoException).code === 'ENOENT' && !(await isDanglingLink(file))
    return isGone ? null : { file, team, text: null }
  }
}

function isDanglingLink(file: string): Promise<boolean> {
  return lstat(file).then(
    (stat) => stat.isSymbolicLink(),
    () => false,
  )
}

/** One byte more than a document may have: enough for it to be refused, however large the file is. */
async function readStart(handle: FileHandle): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of handle.createReadStream({ end: mostBytes, autoClose: false })) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
