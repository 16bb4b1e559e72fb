/** Trouble of ours: Alertmanager comes again until the alerts are kept, so nothing is lost, and nothing told twice. */
import { expect, it } from 'vitest'
import { describeWith } from '../components.ts'
import { RealAlertmanager } from './alertmanager.ts'
import { openSite, raise } from './site.ts'
import { until } from './until.ts'

describeWith('prometheus-alertmanager', 'contract: what Alertmanager does while the router has trouble', (binary) => {
  it('brings what happened while the router was down once it is back', async () => {
    const site = await openSite()
    const alertmanager = await RealAlertmanager.start(binary, { url: site.webhookUrl })
    const [before, during, after] = [raise('before'), raise('during'), raise('after')]
    await alertmanager.fire([before])
    await site.tells({ before: ['new'] })
    await site.stop()
    await alertmanager.resolve([before])
    await alertmanager.fire([during])
    await until('a retry', async () => (await alertmanager.metric('notification_requests_failed_total')) >= 2)
    await site.start()
    await site.tells({ before: ['new', 'resolved'], during: ['new'] })
    await alertmanager.fire([after])
    await site.tells({ before: ['new', 'resolved'], during: ['new'], after: ['new'] })
    await alertmanager.resolve([during, after])
    const both = ['new', 'resolved']
    await site.tells({ before: both, during: both, after: both })
    expect(await site.kept()).toHaveLength(3)
    await site.tellsAtLast({ before: both, during: both, after: both })
  })

  it('is answered 503 while the database takes no writes, and tries again within the same flush', async () => {
    const site = await openSite()
    const alertmanager = await RealAlertmanager.start(binary, { url: site.webhookUrl })
    const alert = raise('a')
    const unlock = await site.lockDatabase()
    await alertmanager.fire([alert])
    await until('two answers of 503', async () => (await site.answers(503)) >= 2)
    expect(await site.kept()).toEqual([])
    unlock()
    await site.tells({ a: ['new'] })
    expect(await alertmanager.metric('notification_requests_failed_total')).toBeGreaterThanOrEqual(2)
    expect(await alertmanager.metric('notifications_total')).toBe(1)
    expect(await alertmanager.metric('notifications_failed_total')).toBe(0)
    await alertmanager.resolve([alert])
    await site.tellsAtLast({ a: ['new', 'resolved'] })
  })
})
