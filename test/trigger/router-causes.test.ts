/** What is done to the router is done to a real one, for real: it stands still, cannot write, refuses; and is well again. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../src/stack/ports.ts'
import { program } from '../../src/stack/program.ts'
import { answer, startStandIn } from '../../src/stand-in/stand-in.ts'
import { fullDisk } from '../../src/trigger/full-disk.ts'
import { stoppedRouter } from '../../src/trigger/stopped-router.ts'
import { wrongToken } from '../../src/trigger/wrong-token.ts'
import { scene } from './scene.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const tokens = { ingest: 'ingest-0123456789', read: 'read-0123456789ab', admin: 'admin-0123456789a' }
const team = 'team: default\nreceivers: [{ name: nobody }]\nroute: { receiver: nobody }\n'
const waiting = { timeout: 15_000, interval: 50 }

/** As in the stack, with its log in a file. Ends with the test. */
async function startRouter() {
  const folder = await mkdtemp(join(tmpdir(), 'trigger-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'teams'))
  await writeFile(join(folder, 'teams/default.yml'), team)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const router = program({
    name: 'router',
    binary: process.execPath,
    args: [MAIN],
    env: {
      ...{ PORT: String(port), DATABASE_URL: `file:${folder}/router.db`, TEAMS_DIR: join(folder, 'teams') },
      ...{ BALLAST: '1MB', INGEST_TOKEN: tokens.ingest, READ_TOKEN: tokens.read, ADMIN_TOKEN: tokens.admin },
    },
    log: join(folder, 'router.log'),
    readyUrl: `${url}/readyz`,
  })
  onTestFinished(() => router.stop())
  await router.start()
  const read = async (path: string) => {
    const headers = { authorization: `Bearer ${tokens.read}` }
    return fetch(url + path, { headers, signal: AbortSignal.timeout(2_000) })
  }
  return { url, read, set: scene({ urls: { router: url }, tokens, pids: { router: router.pid ?? 0 } }) }
}

async function post(url: string, name: string): Promise<number> {
  const alert = {
    ...{ status: 'firing', labels: { alertname: name }, annotations: {}, generatorURL: '' },
    ...{ startsAt: '2026-11-21T12:00:00Z', endsAt: '0001-01-01T00:00:00Z' },
  }
  const body = {
    ...{ version: '4', groupKey: name, truncatedAlerts: 0, status: 'firing', receiver: 'x', externalURL: 'http://x' },
    ...{ groupLabels: {}, commonLabels: {}, commonAnnotations: {}, alerts: [alert] },
  }
  const response = await fetch(`${url}/api/v1/webhooks/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens.ingest}` },
    body: JSON.stringify(body),
  })
  return response.status
}

const isLinux = process.platform === 'linux'

it.runIf(isLinux)(
  'a router that cannot write refuses, loses nothing that it took, and is well afterwards',
  async () => {
    const { url, read, set } = await startRouter()
    expect(await post(url, 'Before')).toBe(200)
    const undo = await fullDisk.begin(set)
    expect(set.said.join()).toMatch(/cannot write until this program ends/)
    for (const name of ['Within1', 'Within2', 'Within3']) expect(await post(url, name)).toBe(503)
    expect(await (await read('/metrics')).text()).toMatch(/webhook_requests_total\{source="default",code="503"\} 3/)
    await expect(fullDisk.begin(set)).rejects.toThrow(/cannot write already/)
    await undo()
    expect(await post(url, 'After')).toBe(200)
    const { alerts } = (await (await read('/api/v1/alerts')).json()) as { alerts: { labels: { alertname: string } }[] }
    expect(alerts.map(({ labels }) => labels.alertname)).toEqual(['After', 'Before'])
  },
)

it('a router that stands still answers nothing, and goes on where it was', async () => {
  const { url, read, set } = await startRouter()
  expect(await post(url, 'Before')).toBe(200)
  const undo = await stoppedRouter.begin(set)
  await expect(read('/healthz')).rejects.toThrow(/timeout/)
  await undo()
  await expect.poll(async () => (await read('/healthz')).status, waiting).toBe(200)
  expect(await post(url, 'After')).toBe(200)
})

it('a router refuses a wrong token, and counts it', async () => {
  const { read, set } = await startRouter()
  const undo = await wrongToken.begin(set)
  expect(await (await read('/metrics')).text()).toMatch(/webhook_requests_total\{source="nobody",code="401"\} 1/)
  await undo()
})

it('says so when the router takes the wrong token', async () => {
  const standIn = await startStandIn((_received, response) => answer(response, 200, '{}'))
  onTestFinished(() => standIn.close())
  await expect(wrongToken.begin(scene({ urls: { router: standIn.url } }))).rejects.toThrow(
    /answered 200 instead of 401/,
  )
})

it.each([
  ['cannot be found', fullDisk, {}, /has to be a process of this machine/],
  ['is gone', fullDisk, { router: 2 ** 22 + 1 }, /not there any more|prlimit/],
  ['is gone', stoppedRouter, { router: 2 ** 22 + 1 }, /cannot be suspended/],
])('says so when the process of the router %s', async (_what, cause, pids, says) => {
  await expect(cause.begin(scene({ pids }))).rejects.toThrow(says)
})
