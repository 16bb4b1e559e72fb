/** A real disk that fills up: no alert that was confirmed is lost, reads go on, and all is well once there is room again. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { describeWithMounts } from '../components.ts'
import { temporaryFolder } from '../db/temporary.ts'

describeWithMounts('on a disk of 32 MB', (inMount) => {
  async function run(program: string): Promise<unknown> {
    const folder = temporaryFolder()
    const path = join(import.meta.dirname, 'programs', `${program}.ts`)
    const [command = '', ...args] = [...inMount(folder, '32m'), process.execPath, path, folder]
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part) => (text += part))
    await once(child, 'close')
    return JSON.parse(text)
  }

  it('takes alerts as long as they fit, then answers 503 and goes on reading, and takes them again', {
    timeout: 60_000,
  }, async () => {
    const found = (await run('full')) as { slowestRefusalMs: number; acceptsAgainMs: number; accepted: number }
    expect(found).toMatchObject({
      ballastPlaced: true,
      healthy: 200,
      filled: 503,
      released: true,
      afterRelease: 200,
      full: 503,
      refusals: [503],
      reading: 200,
      listed: 50,
      unready: true,
      readiness: expect.stringMatching(/disk \(.* free, less than 6 MB: make room/),
      ballastBack: true,
      lost: 0,
      integrity: 'ok',
    })
    expect(found.accepted).toBeGreaterThan(200)
    expect(found.slowestRefusalMs).toBeLessThan(1_000)
    expect(found.acceptsAgainMs).toBeLessThan(5_000)
  })
  it('lets retention make room with what the ballast gives, where it has none itself', {
    timeout: 60_000,
  }, async () => {
    const found = (await run('sweep-when-full')) as { written: number }
    expect(found).toMatchObject({
      without: 'unavailable',
      first: 'unavailable',
      second: 'done',
      gone: 20_000,
      integrity: { integrity_check: 'ok' },
    })
    expect(found.written).toBeGreaterThan(1_000)
  })
})
