/** Edge: reads the team documents in TEAMS_DIR. */
import { constants } from 'node:fs'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { teamOfFile } from './name.ts'
import type { TeamFile } from './reload.ts'
import { mostBytes } from './yaml-tree.ts'

/**
 * Every `*.yml` and `*.yaml` that is a regular file or a link to one, sorted by name; files whose name begins with a dot
 * are left out. A file that cannot be read comes with `text` null, for its team alone. Throws if the folder cannot be read.
 */
export async function readTeamsDirectory(dir: string): Promise<TeamFile[]> {
  let names: string[]
  try {
    names = await readdir(dir)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const what =
      code === 'ENOENT' ? 'does not exist' : code === 'ENOTDIR' ? 'is not a folder' : `cannot be read (${code})`
    throw new Error(`TEAMS_DIR: the folder ${dir} ${what}. Set TEAMS_DIR to the folder that holds default.yml.`, {
      cause,
    })
  }
  const documents = names.filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort()
  const files = await Promise.all(documents.map(async (name) => readTeamFile(join(dir, name))))
  return files.filter((file) => file !== null)
}

/** Null for what is no file, or was removed since the folder was listed. */
async function readTeamFile(file: string): Promise<TeamFile | null> {
  const team = teamOfFile(file)
  try {
    // Non-blocking: opening a pipe that nobody writes to would wait for ever.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      if (!(await handle.stat()).isFile()) return null
      return { file, team, text: await readStart(handle) }
    } finally {
      await handle.close()
    }
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ENOENT' ? null : { file, team, text: null }
  }
}

/** One byte more than a document may have: enough for it to be refused, however large the file is. */
async function readStart(handle: FileHandle): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of handle.createReadStream({ end: mostBytes, autoClose: false })) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
