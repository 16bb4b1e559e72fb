/** The history of a running router: what has just come is found at once, and soon by the index. */
import { expect, it } from 'vitest'
import { story } from '../harness/story.ts'

const found = async (s: Awaited<ReturnType<typeof story>>, filter: string) => {
  const { alerts } = await s.api<{ alerts: { id: number }[] }>(`/api/v1/alerts?filter=${encodeURIComponent(filter)}`)
  return alerts.map(({ id }) => id)
}

it('finds an alert before it is indexed, after, and after a restart', async () => {
  const s = await story({ teams: {} })
  const unindexed = () => s.metric('search_unindexed_episodes')
  await s.fire([
    { alertname: 'DiskWillFill', instance: 'db-1' },
    { alertname: 'DiskWillFill', instance: 'db-2' },
  ])
  expect(await unindexed()).toEqual([' 2'])
  expect(await found(s, 'instance=~"db-.*"')).toEqual([2, 1])
  await s.advance('10s')
  expect(await unindexed()).toEqual([' 0'])
  expect(await found(s, 'instance="db-1"')).toEqual([1])
  await s.restart()
  expect(await unindexed()).toEqual([' 0'])
  expect(await found(s, 'instance="db-2",alertname!="Down"')).toEqual([2])
  s.slack.expect(/DiskWillFill/)
})
