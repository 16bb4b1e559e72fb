/** A file that does nothing but take room, until there is none left for the database: then it goes, and what matters fits. */
import { randomFillSync } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { sizeOf } from './space.ts'

const CHUNK_BYTES = 1024 * 1024

export class Ballast {
  readonly #path: string
  readonly #bytes: number

  /** Lies beside the database `file`; 0 bytes are none. */
  constructor(file: string, bytes: number) {
    this.#path = `${file}.ballast`
    this.#bytes = bytes
  }

  /** How many bytes it needs before it is as large as it has to be; null when it is. 0 when it is one too many. */
  missing(): number | null {
    return sizeOf(this.#path) === this.#bytes ? null : this.#bytes
  }

  /** Makes it as large as it has to be. Rejects, with nothing left behind, when there is no room for it. */
  async make(): Promise<void> {
    await rm(this.#path, { force: true })
    if (this.#bytes === 0) return
    const partial = `${this.#path}.partial`
    try {
      await write(partial, this.#bytes)
      await rename(partial, this.#path)
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    }
  }

  /** Gives its room away at once, within the turn in which a write had none. False if there is nothing to give. */
  release(): boolean {
    try {
      unlinkSync(this.#path)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
  }
}

/** Random bytes, because some file systems compress, and zeros would take no room. */
async function write(path: string, bytes: number): Promise<void> {
  const chunk = randomFillSync(Buffer.allocUnsafe(CHUNK_BYTES))
  const file = await open(path, 'w', 0o600)
  try {
    for (let left = bytes; left > 0; left -= CHUNK_BYTES) {
      await file.write(chunk, 0, Math.min(left, CHUNK_BYTES))
    }
    await file.sync()
  } finally {
    await file.close()
  }
}
