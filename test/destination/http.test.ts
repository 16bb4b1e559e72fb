/** Destinations over HTTP: what waits for each and since when, what holds it back, and when it will be through. */
import { expect, it } from 'vitest'
import { busy, checkout, delivered, noon, Past, payments } from '../history/past.ts'

const critical = { ...checkout, severity: 'critical' }
const at = (ms: number) => new Date(noon + ms).toISOString()

it('lists those of the documents in force, by team if asked, without what may be secret', async () => {
  const past = await Past.begin({ payments })
  const { destinations } = await past.get('/api/v1/destinations')
  expect(destinations.map((d: { reference: string }) => d.reference)).toEqual([
    'env:DEFAULT_SLACK_URL',
    'env:PAYMENTS_SLACK_URL',
    'https://bridge.example/…',
  ])
  expect(JSON.stringify(destinations)).not.toContain('t0k3n')
  expect((await past.get('/api/v1/destinations?team=default')).destinations).toHaveLength(1)
  expect(await past.get('/api/v1/destinations?team=nobody')).toEqual({ destinations: [] })
  expect(await past.get('/api/v1/destinations/2')).toEqual(destinations[1])
  expect((await past.get('/api/v1/destinations/99', 404)).error.message).toMatch(/no destination 99/)
})

it('shows one that is well', async () => {
  const past = await Past.begin({ payments })
  await past.fire(checkout)
  await past.advance(5_000)
  expect(await past.get('/api/v1/destinations/2')).toEqual({
    id: 2,
    team: 'payments',
    receiver: 'chat',
    channel: 'slack',
    reference: 'env:PAYMENTS_SLACK_URL',
    inForce: true,
    circuit: 'closed',
    failures: 0,
    pausedUntil: null,
    pace: null,
    pending: 0,
    inFlight: 0,
    oldestPendingAt: null,
    eta: null,
    etaUnknown: 'nothing waits',
    lastDelivered: { at: at(5_000), outcome: 'delivered', status: 200, detail: 'ok' },
    lastError: null,
  })
})

it('shows one that fails: first with an eta, then open without one, and well again', async () => {
  const past = await Past.begin({ payments })
  past.answer = busy
  await past.fire(critical)
  await past.advance(5_000)
  expect(await past.get('/api/v1/destinations/2')).toMatchObject({
    circuit: 'closed',
    failures: 1,
    pausedUntil: at(6_500),
    pending: 1,
    oldestPendingAt: at(5_000),
    eta: at(7_500),
    etaUnknown: null,
    lastDelivered: null,
    lastError: { at: at(5_000), outcome: 'transient', status: 503, detail: 'busy' },
  })
  await past.advance(5_000)
  expect(await past.get('/api/v1/destinations/2')).toMatchObject({ circuit: 'open', failures: 3, eta: null })
  expect((await past.get('/api/v1/destinations/2')).etaUnknown).toMatch(/^it does not take anything at present/)
  past.answer = delivered
  await past.advance(60_000)
  expect(await past.get('/api/v1/destinations/2')).toMatchObject({
    circuit: 'closed',
    ...{ failures: 0, pending: 0, pausedUntil: null },
    lastDelivered: { outcome: 'delivered' },
    lastError: { outcome: 'transient' },
  })
})

it('keeps one that is gone while something waits for it', async () => {
  const past = await Past.begin({ payments })
  await past.fire(checkout)
  await past.advance(5_000)
  past.answer = busy
  await past.resolve(checkout)
  await past.reload({ payments: payments.replaceAll('chat', 'talk').replace('PAYMENTS_SLACK', 'PAYMENTS_OTHER') })
  await past.advance(61_000)
  const shown = async () => {
    const { destinations } = await past.get('/api/v1/destinations?team=payments')
    return destinations.map((d: { receiver: string; inForce: boolean }) => [d.receiver, d.inForce])
  }
  const inForce = [
    ['oncall', true],
    ['talk', true],
  ]
  expect(await shown()).toEqual([['chat', false], ...inForce])
  past.answer = delivered
  await past.advance(60_000)
  expect(await shown()).toEqual(inForce)
  expect(await past.get('/api/v1/destinations/2')).toMatchObject({ receiver: 'chat', inForce: false, pending: 0 })
})
