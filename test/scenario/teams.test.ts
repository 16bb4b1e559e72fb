/** Teams side by side: one team's trouble is that team's alone. */
import { expect, it } from 'vitest'
import { story } from '../harness/story.ts'

const document = (team: string) => `
team: ${team}
receivers:
  - name: chat
    slack_configs:
      - api_url: env:${team.toUpperCase()}_SLACK_URL
route:
  receiver: chat
  group_by: [alertname]
`
const payments = document('payments')
const search = document('search')

const error = { alertname: 'HighErrorRatio', team: 'payments', severity: 'critical' }
const slow = { alertname: 'SlowQueries', team: 'search', severity: 'warning' }

it.each(['refuse', 'hang', 'answer 500'] as const)(
  "%s: one team's dead receiver never delays another's",
  async (how) => {
    const s = await story({ teams: { payments, search } })
    const dead = s.inbox('PAYMENTS_SLACK_URL')
    if (how === 'refuse') await dead.refuse()
    if (how === 'hang') dead.hang()
    if (how === 'answer 500') dead.answer({ status: 500 })
    await s.fire([error, slow])
    await s.advance('5s')
    const inTime = await s.inbox('SEARCH_SLACK_URL').arrives(/SlowQueries/)
    expect(new Date(inTime.at)).toEqual(new Date(s.clock.now()))
    await s.fire({ ...slow, shard: '7' })
    await s.advance('1m')
    await s.inbox('SEARCH_SLACK_URL').arrives(/1 new, 2 firing/)
    await dead.recover()
    await s.advance('20m')
    dead.expect(/HighErrorRatio/)
  },
)

it("keeps a broken document's last good version in force, and takes the other teams' new ones", async () => {
  const s = await story({ teams: { payments, search } })
  await s.writeTeam('payments', 'receivers: [\nroute: {receiver: nobody')
  await s.writeTeam('search', `${search}  group_wait: 30s\n`)
  await s.reload()
  await s.fire([error, slow])
  await s.advance('5s')
  s.inbox('PAYMENTS_SLACK_URL').expect(/AlertRouterDocumentBroken/)
  s.inbox('PAYMENTS_SLACK_URL').expect(/HighErrorRatio/)
  s.inbox('SEARCH_SLACK_URL').expectNothing()
  await s.advance('25s')
  s.inbox('SEARCH_SLACK_URL').expect(/SlowQueries/)
})

it('starts with the stored version when the document is broken at start', async () => {
  const s = await story({ teams: { payments } })
  await s.writeTeam('payments', 'route: 7')
  await s.restart()
  await s.fire(error)
  await s.advance('5s')
  s.slack.expect(/AlertRouterDocumentBroken/, /has no "team"/)
  s.slack.expect(/HighErrorRatio/)
})

it('sends what belongs to no team to the default team', async () => {
  const s = await story({ teams: { payments } })
  await s.fire([
    { alertname: 'NoTeam', severity: 'warning' },
    { alertname: 'UnknownTeam', team: 'ghosts' },
  ])
  await s.advance('30s')
  const inbox = s.inbox('DEFAULT_SLACK_URL')
  const texts = inbox.unread().map((message) => message.text)
  expect(texts.join('\n')).toMatch(/NoTeam/)
  expect(texts.join('\n')).toMatch(/UnknownTeam/)
  for (const text of texts) inbox.expect(text)
})
