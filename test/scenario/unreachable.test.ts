/** Destinations that cannot be reached: somebody else is told in their stead, the trouble is told too, and nothing is forgotten. */
import { expect, it } from 'vitest'
import { type Story, story } from '../harness/story.ts'

const payments = `
team: payments
receivers:
  - name: chat
    fallback: duty
    slack_configs:
      - api_url: env:PAYMENTS_SLACK_URL
  - name: duty
    webhook_configs:
      - url: env:PAYMENTS_WEBHOOK_URL
route:
  receiver: chat
  group_by: [alertname]
  routes:
    - { matchers: ['alertname=~"AlertRouter.+"'], receiver: duty }
`

const checkout = { alertname: 'HighErrorRatio', team: 'payments', severity: 'critical', service: 'checkout' }
const ledger = { ...checkout, service: 'ledger' }

interface Listed {
  readonly notifications: readonly { readonly id: number; readonly destination: { readonly channel: string } }[]
}

async function deadLetters(s: Story): Promise<Listed['notifications']> {
  return (await s.api<Listed>('/api/v1/notifications?state=dead')).notifications
}

it('tells the fallback and the trouble within 30 s of a permanent error, and the end to both', async () => {
  const s = await story({ teams: { payments } })
  s.slack.answer({ status: 404, body: 'no_service' })
  await s.fire(checkout)
  await s.advance('5s')
  s.webhook.expect(/HighErrorRatio/, /firing/)
  await s.advance('5s')
  s.webhook.expect(/AlertRouterDestinationFailing/, /firing/)
  expect(await deadLetters(s)).toHaveLength(1)

  await s.slack.recover()
  await s.resolve(checkout)
  await s.advance('1m')
  s.slack.expect(/Fired and resolved/)
  s.webhook.expect(/HighErrorRatio/, /resolved/)
  await s.advance('1m')
  s.webhook.expect(/AlertRouterDestinationFailing/, /resolved/)
})

it('lets a critical alert wait two minutes for a receiver that is down, then tells the fallback until it is back', async () => {
  const s = await story({ teams: { payments } })
  await s.slack.refuse()
  await s.fire(checkout)
  await s.advance('2m')
  s.webhook.expectNothing()
  await s.advance('10s')
  s.webhook.expect(/HighErrorRatio/, /first/)
  s.webhook.expect(/AlertRouterDestinationFailing/)
  await s.fire(ledger)
  await s.advance('1m')
  s.webhook.expect(/HighErrorRatio/, /new-alerts/)

  await s.slack.recover()
  await s.advance('5m')
  s.slack.expect(/2 firing/, /an earlier attempt failed/)
  s.webhook.expect(/AlertRouterDestinationFailing/, /resolved/)
  await s.resolve([checkout, ledger])
  await s.advance('1m')
  s.slack.expect(/All 2 resolved/)
  s.webhook.expect(/HighErrorRatio/, /resolved/)
})

it('remembers over a restart in whose stead the fallback is told', async () => {
  const s = await story({ teams: { payments } })
  s.slack.answer({ status: 403, body: 'action_prohibited' })
  await s.fire(checkout)
  await s.advance('10s')
  s.webhook.expect(/HighErrorRatio/)
  s.webhook.expect(/AlertRouterDestinationFailing/)
  await s.restart()
  await s.fire(ledger)
  await s.advance('1m')
  s.webhook.expect(/HighErrorRatio/, /new-alerts/)
  await s.slack.recover()
  await s.resolve([checkout, ledger])
  await s.advance('5m')
  s.slack.expect(/2 fired and resolved/)
  s.webhook.expect(/HighErrorRatio/, /resolved/)
  s.webhook.expect(/AlertRouterDestinationFailing/, /resolved/)
})

it('redrives a dead letter with what is true then', async () => {
  const s = await story({ teams: { payments } })
  s.slack.answer({ status: 404, body: 'no_service' })
  await s.fire([checkout, ledger])
  await s.advance('10s')
  s.webhook.expect(/HighErrorRatio/)
  s.webhook.expect(/AlertRouterDestinationFailing/)
  const [dead] = await deadLetters(s)
  await s.slack.recover()
  const { notificationId } = await s.ask<{ notificationId: number }>(`/api/v1/notifications/${dead?.id}/redrive`)
  expect(notificationId).toBeGreaterThan(dead?.id ?? 0)
  s.slack.expect(/2 firing/)
  await s.advance('1m')
  s.webhook.expect(/AlertRouterDestinationFailing/, /resolved/)
  await s.ask(`/api/v1/notifications/${notificationId}/redrive`, 409)
  await s.ask('/api/v1/notifications/99/redrive', 404)
})

it('redrives everything that a destination was never told', async () => {
  const s = await story({ teams: { payments } })
  s.slack.answer({ status: 404, body: 'channel_is_archived' })
  await s.fire(checkout)
  await s.fire({ ...checkout, alertname: 'Latency' })
  await s.advance('10s')
  s.webhook.expect(/HighErrorRatio/)
  s.webhook.expect(/Latency/)
  s.webhook.expect(/AlertRouterDestinationFailing/)
  await s.slack.recover()
  const [dead] = (await s.api<{ notifications: { destination: { id: number } }[] }>('/api/v1/notifications?state=dead'))
    .notifications
  expect(await s.ask(`/api/v1/destinations/${dead?.destination.id}/redrive`)).toEqual({ groups: 2 })
  s.slack.expect(/HighErrorRatio/)
  s.slack.expect(/Latency/)
  await s.advance('1m')
  s.webhook.expect(/AlertRouterDestinationFailing/, /resolved/)
})

it('gives up what nobody took for a day, though the debt stays', async () => {
  const withoutFallback = payments.replace('    fallback: duty\n', '')
  const s = await story({ teams: { payments: withoutFallback }, random: () => 0.999 })
  await s.fire(checkout)
  await s.advance('5s')
  s.slack.expect(/Firing/)
  await s.slack.refuse()
  await s.resolve(checkout)
  await s.advance('5m')
  s.webhook.expect(/AlertRouterDestinationFailing/, /first/)
  await s.advance('25h')
  expect(await deadLetters(s)).toMatchObject([{ destination: { channel: 'slack' } }])
  for (let hours = 4; hours <= 24; hours += 4) s.webhook.expect(/AlertRouterDestinationFailing/, /repeat/)
  await s.slack.recover()
  const [dead] = await deadLetters(s)
  await s.ask(`/api/v1/notifications/${dead?.id}/redrive`)
  s.slack.expect(/Resolved/)
  await s.advance('1m')
  s.webhook.expect(/AlertRouterDestinationFailing/, /resolved/)
})

it('tells the operators when a team has nobody left to be told of its trouble', async () => {
  const s = await story({
    teams: { payments: payments.replace(/ {2}routes:\n.*\n/, '').replace('    fallback: duty\n', '') },
  })
  s.slack.answer({ status: 410, body: 'channel_is_archived' })
  await s.fire(checkout)
  await s.advance('30s')
  s.operators.expect(/AlertRouterDestinationFailing/, /team payments/, /channel_is_archived/)
  await s.slack.recover()
  await s.resolve(checkout)
  await s.advance('2m')
  s.slack.expect(/Fired and resolved/)
  s.operators.expect(/Resolved: AlertRouterDestinationFailing/)
})

it('takes the trouble back when nobody waits for the destination any more', async () => {
  const s = await story({ teams: { payments } })
  s.slack.answer({ status: 404, body: 'no_service' })
  await s.fire(checkout)
  await s.advance('10s')
  s.webhook.expect(/HighErrorRatio/)
  s.webhook.expect(/AlertRouterDestinationFailing/, /first/)
  await s.writeTeam('payments', payments.replace('receiver: chat\n  group_by', 'receiver: duty\n  group_by'))
  await s.reload()
  await s.resolve(checkout)
  await s.advance('50m')
  s.webhook.expect(/HighErrorRatio/, /resolved/)
  s.webhook.expectNothing()
  await s.advance('15m')
  s.webhook.expect(/AlertRouterDestinationFailing/, /resolved/)
})

it('gives a critical alert its whole time, though it takes the place of a message that was about to be given up', async () => {
  const withoutFallback = payments.replace('    fallback: duty\n', '')
  const s = await story({ teams: { payments: withoutFallback } })
  await s.slack.refuse()
  await s.fire({ ...checkout, severity: 'info' })
  await s.advance('58m')
  s.webhook.expect(/AlertRouterDestinationFailing/)
  await s.fire(ledger)
  await s.advance('4m')
  await s.slack.recover()
  await s.advance('1m')
  s.slack.expect(/2 firing/)
  await s.advance('1m')
  s.webhook.expect(/AlertRouterDestinationFailing/, /resolved/)
})

it('asks the fallback that a new document names, also for what has been waiting', async () => {
  const s = await story({ teams: { payments: payments.replace('    fallback: duty\n', '') } })
  await s.slack.refuse()
  await s.fire(checkout)
  await s.advance('5m')
  s.webhook.expect(/AlertRouterDestinationFailing/)
  await s.writeTeam('payments', payments)
  await s.reload()
  await s.advance('10s')
  s.webhook.expect(/HighErrorRatio/, /first/)
  await s.slack.recover()
  await s.resolve(checkout)
  await s.advance('3m')
  s.slack.expect(/Firing|Fired and resolved/)
  s.webhook.expect(/AlertRouterDestinationFailing|HighErrorRatio/, /resolved/)
  s.webhook.expect(/AlertRouterDestinationFailing|HighErrorRatio/, /resolved/)
})

it('goes on with the fallback while another destination of the receiver is away', async () => {
  const pair = payments.replace(
    '      - api_url: env:PAYMENTS_SLACK_URL\n',
    '      - api_url: env:PAYMENTS_SLACK_URL\n      - api_url: env:PAYMENTS_PAGE_SLACK_URL\n',
  )
  const s = await story({ teams: { payments: pair } })
  const page = s.inbox('PAYMENTS_PAGE_SLACK_URL')
  await s.slack.refuse()
  await page.refuse()
  await s.fire(checkout)
  await s.advance('130s')
  s.webhook.expect(/HighErrorRatio/, /first/)
  s.webhook.expect(/AlertRouterDestinationFailing/)
  await s.slack.recover()
  await s.advance('2m')
  s.slack.expect(/Firing/)
  await s.fire(ledger)
  await s.advance('1m')
  s.slack.expect(/1 new/)
  const heard = s.webhook.unread().map(({ text }) => text)
  expect(heard.filter((text) => /new-alerts/.test(text) && /HighErrorRatio/.test(text))).toHaveLength(1)
  while (s.webhook.unread().length > 0) s.webhook.expect(/./)
  await page.recover()
  await s.advance('2m')
  page.expect(/2 firing/)
  while (s.webhook.unread().length > 0) s.webhook.expect(/AlertRouterDestinationFailing/)
  await s.resolve([checkout, ledger])
  await s.advance('1m')
  s.slack.expect(/All 2 resolved/)
  page.expect(/All 2 resolved/)
  s.webhook.expect(/HighErrorRatio/, /resolved/)
})

it('tells nobody else of a debt to an address that was replaced, and lets the group end', async () => {
  const old = payments.replace('PAYMENTS_SLACK_URL', 'PAYMENTS_OLD_SLACK_URL')
  const s = await story({ teams: { payments: old }, later: [payments] })
  await s.fire([checkout, ledger])
  await s.advance('5s')
  s.inbox('PAYMENTS_OLD_SLACK_URL').expect(/2 firing/)
  s.inbox('PAYMENTS_OLD_SLACK_URL').answer({ status: 404, body: 'no_service' })
  await s.writeTeam('payments', payments)
  await s.reload()
  await s.advance('1m')
  s.inbox('PAYMENTS_SLACK_URL').expect(/2 firing/)
  await s.resolve(checkout)
  await s.advance('70s')
  s.inbox('PAYMENTS_SLACK_URL').expect(/1 resolved/)
  await s.resolve(ledger)
  await s.advance('3m')
  s.inbox('PAYMENTS_SLACK_URL').expect(/Resolved/)
  // Trouble with an address that no document names any more is nobody's, and is taken back before it is told.
  s.webhook.expectNothing()
  await s.advance('9h')
  expect(await s.api('/api/v1/groups')).toMatchObject({ groups: [] })
})
