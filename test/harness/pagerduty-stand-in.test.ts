/** The PagerDuty of the stories refuses what the real one refuses, and makes the incidents that it would make. */
import { expect, it, onTestFinished } from 'vitest'
import { incidentsOf } from '../../src/stand-in/pagerduty-events.ts'
import { startPagerDutyStandIn } from './pagerduty-stand-in.ts'

const KEY = '0123456789abcdef0123456789abcdef'
const payload = { summary: 'it burns', source: 'host', severity: 'critical' }

async function pagerDuty() {
  const standIn = await startPagerDutyStandIn([KEY, 'other'], () => 0)
  onTestFinished(() => standIn.close())
  const send = async (event: object, path = '/v2/enqueue') => {
    const body = JSON.stringify({ routing_key: KEY, dedup_key: 'a', payload, ...event })
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
    return (await fetch(standIn.origin + path, init)).status
  }
  const short = () => {
    const { incidents, dropped } = incidentsOf(standIn.messages)
    return { incidents: incidents.map(({ status, log }) => `${status} ${log.length}`), dropped }
  }
  return { standIn, send, short }
}

const trigger = { event_action: 'trigger' }
const resolve = { event_action: 'resolve' }

it('opens, keeps and closes one incident per key, and a new one after that', async () => {
  const { send, short } = await pagerDuty()
  for (const event of [trigger, trigger, resolve]) expect(await send(event)).toBe(202)
  expect(short()).toEqual({ incidents: ['resolved 3'], dropped: 0 })
  await send(trigger)
  expect(short()).toEqual({ incidents: ['resolved 3', 'open 1'], dropped: 0 })
})

it('drops a resolve for nothing open, and one by another integration', async () => {
  const { send, short } = await pagerDuty()
  await send(resolve)
  await send(trigger)
  await send({ ...resolve, routing_key: 'other' })
  await send({ ...resolve, dedup_key: 'b' })
  expect(short()).toEqual({ incidents: ['open 1'], dropped: 3 })
})

it.each<[string, object]>([
  ['an unknown key', { ...trigger, routing_key: 'nobody' }],
  ['no action', {}],
  ['no dedup_key', { ...trigger, dedup_key: '' }],
  ['a long dedup_key', { ...trigger, dedup_key: 'x'.repeat(256) }],
  ['a long summary', { ...trigger, payload: { ...payload, summary: 'x'.repeat(1_025) } }],
  ['no source', { ...trigger, payload: { ...payload, source: '' } }],
  ['an unknown severity', { ...trigger, payload: { ...payload, severity: 'page' } }],
  ['more than 512 KB', { ...trigger, payload: { ...payload, custom_details: 'x'.repeat(512_000) } }],
])('refuses %s', async (_, event) => {
  const { standIn, send } = await pagerDuty()
  expect(await send(event)).toBe(400)
  expect(standIn.faults).toHaveLength(1)
  expect(standIn.messages).toEqual([])
})

it('refuses events at another place', async () => {
  const { send } = await pagerDuty()
  expect(await send(trigger, '/v2/change/enqueue')).toBe(400)
})
