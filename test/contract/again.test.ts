/** The same alert from an Alertmanager that forgot, from a second one, and the one end that Alertmanager keeps quiet. */
import { expect, it } from 'vitest'
import { describeWith } from '../components.ts'
import { RealAlertmanager } from './alertmanager.ts'
import { openSite, raise } from './site.ts'
import { until } from './until.ts'

describeWith('prometheus-alertmanager', 'contract: an Alertmanager that forgets, two, and a silenced one', (binary) => {
  it('tells nobody twice when Alertmanager was killed and notifies of everything again', async () => {
    const site = await openSite()
    const alertmanager = await RealAlertmanager.start(binary, { url: site.webhookUrl })
    const alerts = [raise('a'), raise('b')]
    await alertmanager.fire(alerts)
    await site.tells({ a: ['new'], b: ['new'] })
    await alertmanager.kill()
    const repeated = await site.metric('alerts_repeated_total')
    await alertmanager.start()
    await alertmanager.fire(alerts)
    await until('both again', async () => (await site.metric('alerts_repeated_total')) >= repeated + 2)
    expect(await site.kept()).toHaveLength(2)
    await alertmanager.resolve(alerts)
    await site.tellsAtLast({ a: ['new', 'resolved'], b: ['new', 'resolved'] })
  })

  it('takes what two Alertmanagers send for one episode, though one of them learns of its end later', async () => {
    const site = await openSite()
    const settings = { url: site.webhookUrl, repeatInterval: '600ms' }
    const [one, other] = await Promise.all([0, 1].map(() => RealAlertmanager.start(binary, settings)))
    if (one === undefined || other === undefined) throw new Error('two were started')
    const alert = raise('a')
    await Promise.all([one.fire([alert]), other.fire([alert])])
    await until('both were heard', async () => {
      const heard = await Promise.all([one, other].map((each) => each.metric('notifications_total')))
      return heard.every((notifications) => notifications >= 1) && (await site.answers(200)) >= 2
    })
    await one.resolve([alert])
    await site.tells({ a: ['new', 'resolved'] })
    const firing = () => site.metric('alerts_received_total', 'status="firing"')
    const before = await firing()
    await until('the other says that it fires still', async () => (await firing()) > before)
    const resolved = () => site.metric('alerts_received_total', 'status="resolved"')
    await other.resolve([alert])
    await until('the other says that it ended', async () => (await resolved()) >= 2)
    expect(await site.kept()).toMatchObject([{ status: 'resolved' }])
    await site.tellsAtLast({ a: ['new', 'resolved'] })
  })

  it('keeps an alert firing that ended while Alertmanager silenced it: Alertmanager never says that it ended', async () => {
    const site = await openSite()
    const alertmanager = await RealAlertmanager.start(binary, { url: site.webhookUrl })
    const [silenced, loud] = [raise('silenced'), raise('loud')]
    await alertmanager.fire([silenced])
    await site.tells({ silenced: ['new'] })
    const silence = await alertmanager.silence('instance', 'silenced')
    await alertmanager.resolve([silenced])
    // Of the same group: what is flushed now or later no longer holds the one that ended before.
    await alertmanager.fire([loud])
    await site.tells({ silenced: ['new'], loud: ['new'] })
    await alertmanager.endSilence(silence)
    await alertmanager.resolve([loud])
    await site.tells({ silenced: ['new'], loud: ['new', 'resolved'] })
    expect(await site.kept()).toMatchObject([{ labels: silenced.labels, status: 'firing' }, { status: 'resolved' }])
    await site.tellsAtLast({ silenced: ['new'], loud: ['new', 'resolved'] })
  })
})
