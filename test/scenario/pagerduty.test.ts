/** A team that is paged: one incident per group life, opened once, kept up to date, closed when all is over, never late. */
import { expect, it } from 'vitest'
import { incidentsOf } from '../../src/stand-in/pagerduty-events.ts'
import { type Story, story } from '../harness/story.ts'

const payments = `
team: payments
receivers:
  - name: pager
    pagerduty_configs:
      - routing_key: env:PAYMENTS_PAGERDUTY_KEY
        url: https://pagerduty.test/v2/enqueue
route:
  receiver: pager
  group_by: [alertname]
`

const checkout = { alertname: 'HighErrorRatio', team: 'payments', severity: 'critical', service: 'checkout' }
const ledger = { ...checkout, service: 'ledger' }

/** What PagerDuty shows, in short; nothing was dropped. */
function incidents(s: Story): { status: string; log: readonly string[] }[] {
  const { incidents, dropped } = incidentsOf(s.pagerDuty.messages)
  expect(dropped).toBe(0)
  return incidents.map(({ status, log }) => ({ status, log: log.map((entry) => entry.replace(/:.*/, '')) }))
}

/** The operators hear of a destination that stays away, by alerts of the router's own; that is another story. */
function heardByOperators(s: Story): void {
  while (s.operators.unread().length > 0) s.operators.expect(/AlertRouterDestinationFailing/, /PagerDuty/)
}

it('opens one incident, tells it what changes, and closes it when all is over', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout, { annotations: { summary: 'checkout fails' } })
  await s.advance('5s')
  s.pagerDuty.expect(/^trigger critical: HighErrorRatio: checkout fails$/m)
  await s.fire(ledger)
  await s.advance('1m')
  s.pagerDuty.expect(/^trigger critical: .*1 new, 2 firing/, /ledger/)
  await s.resolve(checkout)
  await s.advance('1m')
  s.pagerDuty.expect(/^trigger critical: .*1 resolved, 1 still firing/)
  expect(incidents(s)).toEqual([{ status: 'open', log: ['trigger', 'trigger', 'trigger'] }])
  await s.resolve(ledger)
  await s.advance('1m')
  s.pagerDuty.expect(/^resolve info:/)
  expect(incidents(s)).toEqual([{ status: 'resolved', log: ['trigger', 'trigger', 'trigger', 'resolve'] }])
  await s.advance('9h')
})

it('opens another incident when it fires anew', async () => {
  const s = await story({ teams: { payments } })
  for (let life = 1; life <= 2; life++) {
    await s.fire(checkout)
    await s.advance('5m')
    s.pagerDuty.expect(/^trigger/)
    await s.resolve(checkout)
    await s.advance('20m')
    s.pagerDuty.expect(/^resolve/)
  }
  const life = { status: 'resolved', log: ['trigger', 'resolve'] }
  expect(incidents(s)).toEqual([life, life])
})

it('opens one incident per alert where the route groups by everything', async () => {
  const s = await story({ teams: { payments: payments.replace('[alertname]', "['...']") } })
  await s.fire([checkout, ledger])
  await s.advance('5s')
  s.pagerDuty.expect(/checkout/)
  s.pagerDuty.expect(/ledger/)
  await s.resolve(checkout)
  await s.advance('1m')
  s.pagerDuty.expect(/^resolve.*checkout/)
  expect(incidents(s).map(({ status }) => status)).toEqual(['resolved', 'open'])
})

it('tells the newest state once after an hour of being down', async () => {
  const s = await story({ teams: { payments } })
  await s.pagerDuty.refuse()
  await s.fire(checkout)
  await s.advance('30m')
  await s.fire(ledger)
  await s.resolve(checkout)
  await s.advance('30m')
  s.pagerDuty.expectNothing()
  await s.pagerDuty.recover()
  await s.advance('10m')
  s.pagerDuty.expect(/^trigger/, /ledger/, /late/)
  expect(incidents(s)).toEqual([{ status: 'open', log: ['trigger'] }])
  await s.resolve(ledger)
  await s.advance('2m')
  s.pagerDuty.expect(/^resolve/)
  expect(incidents(s)).toEqual([{ status: 'resolved', log: ['trigger', 'resolve'] }])
  heardByOperators(s)
})

it('says nothing of what came and went while PagerDuty was down', async () => {
  const s = await story({ teams: { payments } })
  await s.pagerDuty.refuse()
  await s.fire(checkout)
  await s.advance('5m')
  await s.resolve(checkout)
  await s.advance('5m')
  await s.pagerDuty.recover()
  await s.advance('9h')
  expect(s.pagerDuty.messages).toEqual([])
  heardByOperators(s)
})

it.each(['taken', 'lost'])(
  'closes what it may have opened when the answer to the trigger is lost: event %s',
  async (event) => {
    const s = await story({ teams: { payments } })
    if (event === 'taken') s.pagerDuty.reset()
    else s.pagerDuty.hang()
    await s.fire(checkout)
    await s.advance('15s')
    await s.pagerDuty.abandoned()
    await s.resolve(checkout)
    await s.pagerDuty.recover()
    await s.advance('30m')
    // The trigger is settled before the resolve, so none can come after it.
    const triggers = s.pagerDuty.messages.length - 1
    for (let i = 0; i < triggers; i++) s.pagerDuty.expect(/^trigger/)
    s.pagerDuty.expect(/^resolve/)
    expect(incidents(s)).toEqual([{ status: 'resolved', log: [...Array(triggers).fill('trigger'), 'resolve'] }])
    expect(triggers).toBeGreaterThanOrEqual(1)
    await s.advance('9h')
  },
)

it('repeats a resolve whose answer is lost: the second is dropped, and opens nothing', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout)
  await s.advance('5s')
  s.pagerDuty.expect(/^trigger/)
  s.pagerDuty.reset()
  await s.resolve(checkout)
  await s.advance('1m')
  await s.pagerDuty.recover()
  await s.advance('30m')
  while (s.pagerDuty.unread().length > 0) s.pagerDuty.expect(/^resolve/)
  const { incidents: made, dropped } = incidentsOf(s.pagerDuty.messages)
  expect(made).toMatchObject([{ status: 'resolved' }])
  expect(dropped).toBe(s.pagerDuty.messages.length - 2)
  expect(dropped).toBeGreaterThanOrEqual(1)
})

it('keeps away for as long as Retry-After says, then delivers', async () => {
  const s = await story({ teams: { payments } })
  s.pagerDuty.rateLimit(120)
  await s.fire(checkout)
  await s.advance('5s')
  expect(s.pagerDuty.requests).toHaveLength(1)
  await s.pagerDuty.recover()
  await s.advance('119s')
  expect(s.pagerDuty.requests).toHaveLength(1)
  await s.advance('6m')
  s.pagerDuty.expect(/^trigger/)
})

it('sends at most 100 events in any minute with one key', async () => {
  const s = await story({ teams: { payments: payments.replace('[alertname]', "['...']") } })
  await s.advance('1m')
  await s.fire(Array.from({ length: 150 }, (_, i) => ({ ...checkout, service: `s${i}` })))
  await s.advance('5m')
  const times = s.pagerDuty.requests.map(({ at }) => at)
  expect(times).toHaveLength(150)
  for (const from of times)
    expect(times.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(100)
  while (s.pagerDuty.unread().length > 0) s.pagerDuty.expect(/^trigger/)
  expect(incidents(s)).toHaveLength(150)
})

it('goes on after a restart with the incident that is open', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout)
  await s.advance('5s')
  s.pagerDuty.expect(/^trigger/)
  await s.restart()
  await s.resolve(checkout)
  await s.advance('2m')
  s.pagerDuty.expect(/^resolve/)
  expect(incidents(s)).toEqual([{ status: 'resolved', log: ['trigger', 'resolve'] }])
})

it('closes the incident where it was opened, though the document that named the host is gone', async () => {
  const s = await story({ teams: { payments } })
  await s.fire(checkout)
  await s.advance('5s')
  s.pagerDuty.expect(/^trigger/)
  await s.writeTeam('payments', 'team: payments\nreceivers: [{ name: nobody }]\nroute: { receiver: nobody }\n')
  await s.reload()
  await s.resolve(checkout)
  await s.advance('2m')
  s.pagerDuty.expect(/^resolve/)
  expect(incidents(s)).toEqual([{ status: 'resolved', log: ['trigger', 'resolve'] }])
})
