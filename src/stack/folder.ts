/** The folder of a stack: configuration is written anew by each run, data and logs are kept. */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

const parts = ['configuration', 'data', 'logs'] as const

/** The folder cannot be used; the message is for the person who named it. */
export class FolderError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FolderError'
  }
}

/**
 * Makes the folder and its parts, for the user alone, and empties `configuration`. Throws a FolderError where other things
 * are: somebody may have named a folder of their own.
 */
export async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const others = (await readdir(folder)).filter((name) => !parts.some((part) => part === name))
  if (others.length > 0) {
    const some = others.slice(0, 3).join(', ')
    throw new FolderError(`${folder} holds other things (${some}). Name a new folder, or one of an earlier stack.`)
  }
  await rm(join(folder, 'configuration'), { recursive: true, force: true })
  for (const part of parts) await mkdir(join(folder, part), { recursive: true, mode: 0o700 })
}
