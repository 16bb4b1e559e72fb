/** A night's backup restored the next morning: nobody is paged for what is long over, and everybody for what is new. */
import { expect, it } from 'vitest'
import { restoreFrom } from '../../src/cli/restore.ts'
import { backUp } from '../../src/db/backup.ts'
import { incidentsOf } from '../../src/stand-in/pagerduty-events.ts'
import { type Story, type StoryLabels, story } from '../harness/story.ts'

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

const alert = (alertname: string): StoryLabels => ({ alertname, team: 'payments', severity: 'critical' })
const [told, pending, later, fresh] = [alert('Told'), alert('Pending'), alert('Later'), alert('Fresh')]

/** What PagerDuty shows of each incident, in the order in which they were opened. */
function incidents(s: Story): string[] {
  const { incidents, dropped } = incidentsOf(s.pagerDuty.messages)
  expect(dropped).toBe(0)
  return incidents.map(({ status, log }) => `${status}: ${log.map((entry) => entry.replace(/:.*/, '')).join(', ')}`)
}

/** A backup with one alert told and one about to be, and the night after it. */
async function night(): Promise<{ s: Story; backup: string; restore: (resumes: boolean) => Promise<void> }> {
  const s = await story({ teams: { payments } })
  const backup = `${s.databaseFile}.backup`
  await s.fire(told)
  await s.advance('5s')
  s.pagerDuty.expect(/Told/)
  await s.pagerDuty.refuse()
  await s.fire(pending)
  await s.advance('6s')
  await backUp(s.databaseFile, backup, () => {})
  await s.pagerDuty.recover()
  await s.advance('1m')
  s.pagerDuty.expect(/Pending/)
  await s.fire(later)
  await s.advance('1h')
  s.pagerDuty.expect(/Later/)
  const restore = (resumes: boolean) =>
    s.restart(async () => {
      const now = () => s.clock.now()
      await restoreFrom(backup, s.databaseFile, { resumes, now, progress: () => {} })
    })
  return { s, backup, restore }
}

it('pages nobody again, opens an incident of its own for what is new, and closes all of them', async () => {
  const { s, restore } = await night()
  await restore(false)
  await s.advance('3h')
  s.pagerDuty.expectNothing()
  await s.fire(fresh)
  await s.advance('1m')
  s.pagerDuty.expect(/^trigger.*Fresh/)
  expect(incidents(s)).toEqual(['open: trigger', 'open: trigger', 'open: trigger', 'open: trigger'])
  await s.resolve([told, pending, fresh])
  await s.advance('2m')
  for (const name of ['Told', 'Pending', 'Fresh']) s.pagerDuty.expect(new RegExp(`^resolve.*${name}`))
  expect(incidents(s)).toEqual([
    'resolved: trigger, resolve',
    'resolved: trigger, resolve',
    'open: trigger',
    'resolved: trigger, resolve',
  ])
})

it('repeats what fires for all it knows, so that what was never told is told in the end', async () => {
  const { s, restore } = await night()
  await restore(false)
  await s.advance('4h')
  s.pagerDuty.expect(/^trigger.*Told/)
  s.pagerDuty.expect(/^trigger.*Pending/)
})

it('sends what was pending when it is told to go on', async () => {
  const { s, restore } = await night()
  await restore(true)
  await s.advance('1m')
  s.pagerDuty.expect(/^trigger.*Pending/)
})
