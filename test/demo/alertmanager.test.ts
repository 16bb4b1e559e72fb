/** The demo's Alertmanager: found or not, and the real one sending what the recording holds. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { findAlertmanager, startAlertmanager } from '../../src/demo/alertmanager.ts'
import { loadRecording } from '../../src/demo/recorded.ts'
import { isRecord, list, parseJson } from '../../src/stand-in/json.ts'
import { answer, startStandIn } from '../../src/stand-in/stand-in.ts'
import { describeWith } from '../components.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'alert-router-test-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

async function program(name: string, script: string): Promise<{ path: string; folder: string }> {
  const where = await folder()
  const path = join(where, name)
  await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return { path, folder: where }
}

it('finds it on PATH under either name, and takes ALERTMANAGER_BIN first', async () => {
  const one = await program('alertmanager', 'exit 0')
  const two = await program('prometheus-alertmanager', 'exit 0')
  expect(findAlertmanager({ PATH: `/nonexistent:${one.folder}` })).toBe(one.path)
  expect(findAlertmanager({ PATH: `${one.folder}:${two.folder}` })).toBe(two.path)
  expect(findAlertmanager({ PATH: one.folder, ALERTMANAGER_BIN: two.path })).toBe(two.path)
  expect(findAlertmanager({ PATH: '/nonexistent' })).toBeNull()
  expect(() => findAlertmanager({ ALERTMANAGER_BIN: '/nonexistent/alertmanager' })).toThrow(/ALERTMANAGER_BIN=/)
})

it('says what the program said when it does not start', async () => {
  const { path, folder: where } = await program('alertmanager', 'echo "no such flag" >&2; exit 1')
  await expect(startAlertmanager(path, where, 'http://127.0.0.1:9/', null)).rejects.toThrow(
    /did not start: no such flag/,
  )
})

describeWith('prometheus-alertmanager', 'a real Alertmanager', (binary) => {
  it('sends the alerts on, firing and then resolved, with the token', async () => {
    const got: { status: unknown; count: number; authorization: string | undefined }[] = []
    let heard = () => {}
    const receiver = await startStandIn(({ body, headers }, response) => {
      answer(response, 200, '')
      const payload = parseJson(body)
      if (isRecord(payload))
        got.push({ status: payload.status, count: list(payload.alerts).length, authorization: headers.authorization })
      heard()
    })
    onTestFinished(() => receiver.close())
    const message = () => new Promise<void>((resolve) => (heard = resolve))
    const alertmanager = await startAlertmanager(binary, await folder(), receiver.url, 'a-token-of-the-test')
    onTestFinished(() => alertmanager.stop())
    const { firing, resolved } = await loadRecording(Date.now())
    const first = message()
    await alertmanager.send(firing.alerts)
    await first
    const second = message()
    await alertmanager.send(resolved.alerts)
    await second
    expect(got).toEqual([
      { status: 'firing', count: 3, authorization: 'Bearer a-token-of-the-test' },
      { status: 'firing', count: 3, authorization: 'Bearer a-token-of-the-test' },
    ])
  })
})
