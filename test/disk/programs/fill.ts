/** Takes all the room there is on the disk of a file. */
import { closeSync, openSync, writeSync } from 'node:fs'

export function fill(path: string): void {
  const handle = openSync(path, 'a')
  for (let bytes = 1_048_576; bytes >= 512; ) {
    try {
      if (writeSync(handle, Buffer.alloc(bytes, 1)) < bytes) bytes /= 2
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      bytes /= 2
    }
  }
  closeSync(handle)
}
