/** Refuses disks of other machines, as far as the kernel tells: SQLite's shared memory and locks do not reach that far. */
import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseUnusableError } from './trouble.ts'

/** `f_type` of statfs(2): https://man7.org/linux/man-pages/man2/statfs.2.html */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
  [0x564c, 'NCP'],
])

/** Throws a DatabaseUnusableError if the folder of `file` is on one. WAL needs one machine: https://www.sqlite.org/wal.html */
export function refuseNetworkFileSystem(file: string): void {
  const name = process.platform === 'linux' ? networkFileSystem(statfsSync(dirname(file)).type) : null
  if (name === null) return
  throw new DatabaseUnusableError(
    `The database ${file} is on a network file system (${name}), where it could be damaged. Put it on a local disk.`,
  )
}

/** What statfs calls `type`, if it stands for a disk of another machine; Node may show the upper half as negative. */
export function networkFileSystem(type: number): string | null {
  return networkFileSystems.get(type >>> 0) ?? null
}
