/** The room on the disk, looked at every 10 s: who is told when it runs out, and what is kept in reserve. */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Ballast } from '../../src/disk/ballast.ts'
import { DiskWatch } from '../../src/disk/watch.ts'
import { temporaryFolder } from '../db/temporary.ts'
import { type Rig, rigOn } from '../rig.ts'
import { stores } from '../stores.ts'

const MB = 1e6

describe.each(stores)('$name', (store) => {
  /** A disk watched on a rig: low below 256 MB, `ballast` MB in reserve, as much room as the test says. */
  async function watched(free: number, ballast = 2) {
    const rig = await rigOn(store)
    await rig.documents({})
    const file = join(temporaryFolder(), 'router.db')
    const room = { free: free * MB }
    const lines: string[] = []
    const watch = new DiskWatch({
      pipeline: rig.pipeline,
      space: () => ({ free: room.free, database: 1, wal: 2 }),
      lowBytes: 256 * MB,
      ballast: new Ballast(file, ballast * MB),
      log: { info: (_, line) => lines.push(line), warn: (_, line) => lines.push(line) },
    })
    /** Lets ten seconds pass and looks again; returns what is said to the operators. */
    const look = async (free: number) => {
      room.free = free * MB
      await rig.advance(10_000)
      expect(await watch.watcher.run()).toBe(rig.clock.now() + 10_000)
      return said(rig)
    }
    return { rig, watch, look, lines, ballast: `${file}.ballast` }
  }

  it('tells the operators once when little is left, shows it in /readyz, and tells the end', async () => {
    const { watch, look } = await watched(300)
    expect(watch.check()).toEqual({ name: 'disk', ok: true, detail: 'not looked at yet' })
    expect(await look(300)).toEqual([])
    expect(watch.check()).toEqual({ name: 'disk', ok: true, detail: '300 MB free' })
    expect(await look(255)).toEqual([
      "new AlertRouterDiskLow: The disk of the alert-router's database has only 255 MB left",
    ])
    expect(watch.check()).toEqual({
      name: 'disk',
      ok: false,
      detail: '255 MB free, less than 256 MB: make room, or set another DISK_LOW',
    })
    expect(watch.space).toEqual({ free: 255 * MB, database: 1, wal: 2 })
    expect(await look(100)).toEqual([])
    expect(await look(270), 'a little more is not enough').toEqual([])
    expect(watch.check().ok).toBe(false)
    expect(await look(282)).toEqual(['resolved AlertRouterDiskLow'])
    expect(watch.check().ok).toBe(true)
  })

  it('tells the end after a restart as well', async () => {
    const { rig, look } = await watched(255)
    expect(await look(255)).toHaveLength(1)
    const fresh = new DiskWatch({
      pipeline: rig.pipeline,
      space: () => ({ free: 300 * MB, database: 1, wal: 2 }),
      lowBytes: 256 * MB,
      ballast: new Ballast(join(temporaryFolder(), 'router.db'), 0),
      log: { info: () => {}, warn: () => {} },
    })
    await fresh.watcher.run()
    expect(await said(rig)).toEqual(['resolved AlertRouterDiskLow'])
  })

  it('tells it at the next look when it could not be written', async () => {
    const { rig, look, watch } = await watched(255)
    rig.failing = true
    await expect(look(255)).rejects.toThrow(/full/)
    expect(watch.check().ok).toBe(false)
    rig.failing = false
    expect(await look(254)).toEqual([
      "new AlertRouterDiskLow: The disk of the alert-router's database has only 254 MB left",
    ])
  })

  it('keeps a reserve, gives it away when a write has no room, and takes it back when there is room again', async () => {
    const { watch, look, ballast, lines } = await watched(300)
    await look(300)
    expect(statSync(ballast)).toMatchObject({ size: 2 * MB, mode: 0o100600 })
    expect(statSync(ballast).blocks * 512, 'it takes room').toBeGreaterThanOrEqual(2 * MB)
    await look(0)
    expect(existsSync(ballast), 'low alone is no reason').toBe(true)
    watch.full()
    expect(existsSync(ballast)).toBe(false)
    watch.full()
    await look(2)
    await look(282)
    expect(existsSync(ballast), 'it would leave too little').toBe(false)
    await look(284)
    expect(statSync(ballast).size).toBe(2 * MB)
    expect(lines).toEqual([
      'ballast is in place',
      expect.stringMatching(/the ballast was deleted to make room/),
      'ballast is in place',
    ])
  })

  it('says once at the start that there is no room for a reserve', async () => {
    const { look, ballast, lines } = await watched(255)
    await look(255)
    await look(255)
    expect(existsSync(ballast)).toBe(false)
    expect(lines).toEqual([expect.stringMatching(/no ballast/)])
  })

  it.each([
    ['is too small, as after a crash', 2, 1_000],
    ['is too large, as with another BALLAST', 2, 5 * MB],
    ['is not wanted any more', 0, 5 * MB],
  ])('replaces a reserve that %s', async (_, wanted, found) => {
    const { look, ballast } = await watched(300, wanted)
    writeFileSync(ballast, Buffer.alloc(found))
    await look(300)
    expect(existsSync(ballast) ? statSync(ballast).size : 0).toBe(wanted * MB)
  })

  it('goes on when its reserve cannot be deleted', async () => {
    const { watch, lines, ballast } = await watched(300)
    mkdirSync(ballast)
    watch.full()
    expect(lines).toEqual([expect.stringMatching(/could not be deleted/)])
  })

  it('goes on without a reserve that cannot be made, and tries again after ten minutes', async () => {
    const { rig, lines } = await watched(300)
    const blocked = new DiskWatch({
      pipeline: rig.pipeline,
      space: () => ({ free: 300 * MB, database: 1, wal: 2 }),
      lowBytes: 256 * MB,
      ballast: new Ballast('/proc/router.db', MB),
      log: { info: (_, line) => lines.push(line), warn: (_, line) => lines.push(line) },
    })
    for (let looks = 0; looks < 3; looks++) await blocked.watcher.run()
    expect(lines).toEqual([expect.stringMatching(/could not be made/)])
    await rig.advance(600_000)
    await blocked.watcher.run()
    expect(lines).toHaveLength(2)
  })
})

/** What is said within a minute to the operators, in short. */
async function said(rig: Rig): Promise<string[]> {
  const messages = await rig.after(60_000)
  return messages.flatMap(({ alerts }) =>
    alerts.map(({ labels, annotations, change }) =>
      change === 'resolved' ? `resolved ${labels.alertname}` : `${change} ${labels.alertname}: ${annotations.summary}`,
    ),
  )
}
