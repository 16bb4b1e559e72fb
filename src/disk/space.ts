/** How much room there is for the database, and how much it takes. */
import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** All in bytes. */
export interface Space {
  /** What this user may still write to the disk of the database. */
  readonly free: number
  readonly database: number
  /** The write-ahead log beside it. */
  readonly wal: number
}

/** Some 10 us: the kernel has it in memory, and the disk is a local one. */
export function spaceOf(file: string): Space {
  const { bavail, bsize } = statfsSync(dirname(file))
  return { free: bavail * bsize, database: sizeOf(file), wal: sizeOf(`${file}-wal`) }
}

/** 0 for a file that is not there. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
