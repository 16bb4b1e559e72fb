/** A receiver that goes away: its circuit opens, is probed with one message at a time, and closes; nobody else notices. */
import { expect, it } from 'vitest'
import { type Story, story } from '../harness/story.ts'

const document = (team: string) => `
team: ${team}
receivers:
  - name: chat
    slack_configs:
      - api_url: env:${team.toUpperCase()}_SLACK_URL
route:
  receiver: chat
  group_by: [alertname]
  group_wait: 0s
`
const teams = { payments: document('payments'), search: document('search') }

interface State {
  readonly circuit: string
  readonly failures: number
  readonly pausedUntil: string | null
  readonly pending: number
  readonly eta: string | null
  readonly etaUnknown: string | null
  readonly lastError: { readonly status: number | null } | null
}

async function stateOf(s: Story, team: string): Promise<State> {
  const { destinations } = await s.api<{ destinations: State[] }>(`/api/v1/destinations?team=${team}`)
  expect(destinations).toHaveLength(1)
  return destinations[0] as State
}

const alert = (team: string, n: number) => ({ alertname: `Alert${n}`, team, severity: 'warning' })

it('opens after three failures, is probed by one message at a time, and closes when one gets through', async () => {
  const s = await story({ teams })
  const chat = s.inbox('PAYMENTS_SLACK_URL')
  chat.answer({ status: 503, body: 'upstream connect error' })
  for (let n = 1; n <= 5; n++) await s.fire(alert('payments', n))
  expect(chat.requests, 'one at a time').toHaveLength(1)
  expect(await stateOf(s, 'payments')).toMatchObject({ circuit: 'closed', failures: 1, pending: 5 })
  await s.advance('4s')
  expect(chat.requests).toHaveLength(3)
  const open = await stateOf(s, 'payments')
  expect(open).toMatchObject({ circuit: 'open', failures: 3, eta: null, lastError: { status: 503 } })
  expect(open.etaUnknown).toMatch(/does not take anything/)
  expect(Date.parse(open.pausedUntil ?? '')).toBeGreaterThan(s.clock.now())
  const labels = (team: string, id: number) => `{team="${team}",receiver="chat",channel="slack",destination="${id}"}`
  expect(await s.metric('circuit_state')).toContain(`${labels('payments', 2)} 2`)
  expect(await s.metric('circuit_state')).toContain(`${labels('search', 3)} 0`)
  expect(await s.metric('notifications_pending')).toContain('{team="payments",channel="slack"} 5')
  await s.advance('2m')
  const probes = chat.requests.length - 3
  expect(probes).toBeGreaterThan(2)
  expect(probes).toBeLessThan(10)
  await chat.recover()
  const recovered = s.clock.now()
  await s.advance('1m')
  expect((chat.messages[0]?.at ?? Infinity) - recovered).toBeLessThanOrEqual(60_000)
  expect(await stateOf(s, 'payments')).toMatchObject({ circuit: 'closed', failures: 0, pending: 0, pausedUntil: null })
  expect(await s.metric('circuit_state')).toContain(`${labels('payments', 2)} 0`)
  for (const { text } of [...chat.unread()]) chat.expect(text)
  expect(chat.messages).toHaveLength(5)
})

it('leaves other destinations alone while one hangs; an attempt at it ends within 10 s', async () => {
  const s = await story({ teams })
  const [chat, other] = [s.inbox('PAYMENTS_SLACK_URL'), s.inbox('SEARCH_SLACK_URL')]
  chat.hang()
  await s.fire([alert('payments', 1), alert('payments', 2)])
  for (let n = 1; n <= 9; n++) {
    await s.fire(alert('search', n))
    expect((await other.arrives(new RegExp(`Alert${n}`))).at, 'at once').toBe(s.clock.now())
    await s.advance('1s')
  }
  expect(chat.holds).toBe(true)
  await s.advance('1s')
  await chat.abandoned()
  await chat.recover()
  await s.advance('1m')
  expect(await stateOf(s, 'search')).toMatchObject({ circuit: 'closed', failures: 0 })
  chat.expect(/Alert2/)
  chat.expect(/Alert1/, /possible repeat/i)
})
