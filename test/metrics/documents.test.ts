/** A load of the team documents that went wrong shows in /metrics until one goes right. */
import { expect, it } from 'vitest'
import { type Story, story } from '../harness/story.ts'

const payments = `
team: payments
receivers: [{ name: chat, slack_configs: [{ api_url: env:PAYMENTS_SLACK_URL }] }]
route: { receiver: chat }
`

async function lastLoad(s: Story): Promise<{ successful: number; successAt: number }> {
  const [successful = ''] = await s.metric('config_last_reload_successful')
  const [successAt = ''] = await s.metric('config_last_reload_success_timestamp_seconds')
  return { successful: Number(successful), successAt: Number(successAt) * 1000 }
}

it('says whether the last load took every document, and when one last did', async () => {
  const s = await story({ teams: { payments } })
  const began = s.clock.now()
  expect(await lastLoad(s)).toEqual({ successful: 1, successAt: began })
  await s.advance('1s')
  await s.writeTeam('payments', 'route: 7')
  await s.reload()
  expect(await lastLoad(s)).toEqual({ successful: 0, successAt: began })
  await s.writeTeam('payments', payments)
  await s.reload()
  expect(await lastLoad(s)).toEqual({ successful: 1, successAt: began + 1_000 })
})
