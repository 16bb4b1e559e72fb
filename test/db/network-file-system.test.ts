/** Which disks count as another machine's. */
import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { networkFileSystem } from '../../src/db/network-file-system.ts'

it.each([
  ['NFS', 0x6969, 'NFS'],
  ['SMB', 0x517b, 'SMB'],
  ['CIFS', 0xff534d42, 'CIFS'],
  ['CIFS, as a 32 bit kernel shows it', 0xff534d42 | 0, 'CIFS'],
  ['SMB2', 0xfe534d42, 'SMB2'],
  ['ext4', 0xef53, null],
  ['XFS', 0x58465342, null],
  ['Btrfs', 0x9123683e, null],
  ['ZFS', 0x2fc12fc1, null],
  ['tmpfs', 0x01021994, null],
  ['overlayfs', 0x794c7630, null],
])('%s', (_, type, name) => {
  expect(networkFileSystem(type)).toBe(name)
})

it('is not where tests run', () => {
  expect(networkFileSystem(statfsSync(tmpdir()).type)).toBe(null)
})
