/** What is said before anything is begun, and that whatever was begun is undone when the rest goes wrong. */
import { expect, it, onTestFinished } from 'vitest'
import { answer, startStandIn } from '../../src/stand-in/stand-in.ts'
import { type Cause, TriggerError } from '../../src/trigger/cause.ts'
import { startDrill } from '../../src/trigger/drill.ts'
import { fault } from '../../src/trigger/fault.ts'
import type { Trigger } from '../../src/trigger/triggers.ts'
import { running } from './scene.ts'

const rules = [{ type: 'alerting', name: 'A', query: 'up == 0', duration: 0, labels: { severity: 'info' } }]

/** Prometheus without alerts, and everything else that only has to answer. */
async function site(alerts: readonly unknown[] = []) {
  const standIn = await startStandIn(({ path }, response) => {
    const data = path.endsWith('/rules') ? { groups: [{ rules }] } : { alerts }
    answer(response, 200, JSON.stringify({ status: 'success', data, alerts: [] }))
  })
  onTestFinished(() => standIn.close())
  return running({ urls: { prometheus: standIn.url, alertmanager: standIn.url, router: standIn.url } })
}

function trigger(log: string[], key: string, of: Partial<Cause> = {}, alert = 'A'): Trigger {
  const cause: Cause = {
    ...{ key, does: key, holds: [key], uses: [], traffic: 'any' },
    begin: async () => {
      log.push(`begin ${key}`)
      return async () => void log.push(`end ${key}`)
    },
    ...of,
  }
  return { alert, severity: 'info', labels: {}, cause }
}

it('names everything that does not answer, and what to start', async () => {
  const drill = startDrill([{ ...trigger([], 'x'), cause: fault('iris', 'errors', 0.3) }], running({}))
  await expect(drill).rejects.toThrow(TriggerError)
  await expect(drill).rejects.toThrow(
    /Prometheus does not .*Alertmanager does not .*router does not .*iris server does not .*MODEL_SERVER_URL.*npm run stack/s,
  )
})

it('begins nothing when the router does not let us read', async () => {
  const router = await startStandIn((_received, response) => answer(response, 401, '{}'))
  onTestFinished(() => router.close())
  const log: string[] = []
  const { urls } = await site()
  const drill = startDrill([trigger(log, 'x')], running({ urls: { ...urls, router: router.url } }))
  await expect(drill).rejects.toThrow(/answered 401.*Set READ_TOKEN/)
  expect(log).toEqual([])
})

it('refuses what excludes each other', async () => {
  const both = [trigger([], 'a', { holds: ['iris'] }), trigger([], 'b', { holds: ['iris/errors'] })]
  await expect(startDrill(both, await site())).rejects.toThrow('These exclude each other: a; b.')
})

it('refuses an alert that Prometheus has no rule for', async () => {
  await expect(startDrill([trigger([], 'x', {}, 'B')], await site())).rejects.toThrow(
    /has no rule B with severity info/,
  )
})

it('begins nothing while the alert fires for another reason', async () => {
  const log: string[] = []
  const firing = { labels: { alertname: 'A', severity: 'info' }, state: 'firing', activeAt: '2026-11-21T12:00:00Z' }
  await expect(startDrill([trigger(log, 'x')], await site([firing]), { patienceMs: 10 })).rejects.toThrow(
    /^A \(info\): fires already: another trigger/,
  )
  expect(log).toEqual([])
})

it('clears away what a killed run left before it waits for quiet', async () => {
  const log: string[] = []
  const clear = async () => void log.push('clear')
  const drill = await startDrill([trigger(log, 'x', { clear })], await site(), { patienceMs: 10 })
  await drill.end()
  expect(log).toEqual(['clear', 'begin x', 'end x'])
})

it('undoes what was begun when another cause cannot begin, and when it is interrupted', async () => {
  const log: string[] = []
  const broken = trigger(log, 'broken', {
    begin: async () => {
      throw new TriggerError('It cannot.')
    },
  })
  await expect(startDrill([trigger(log, 'a'), trigger(log, 'b'), broken], await site())).rejects.toThrow('It cannot.')
  expect(log).toEqual(['begin a', 'begin b', 'end a', 'end b'])

  const interrupted = new AbortController()
  const drill = startDrill([trigger(log, 'c')], await site(), { signal: interrupted.signal })
  drill.catch(() => {})
  await expect.poll(() => log.at(-1)).toBe('begin c')
  interrupted.abort()
  await expect(drill).rejects.toThrow(/abort/)
  expect(log.at(-1)).toBe('end c')
})

it('begins a shared cause once, and says what did not come', async () => {
  const log: string[] = []
  const shared = trigger(log, 'shared')
  const drill = await startDrill([shared, { ...shared }], await site(), { patienceMs: 10 })
  expect(log).toEqual(['begin shared'])
  expect(drill.results().map(({ problem }) => problem)).toEqual(
    Array(2).fill('It did not fire; Prometheus has it inactive.'),
  )
  await drill.end()
  expect(log).toEqual(['begin shared', 'end shared'])
})
