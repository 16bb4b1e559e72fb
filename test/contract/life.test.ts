/** One Alertmanager and what it says of an alert in its life: each change is told once, a repetition to nobody. */
import { expect, it } from 'vitest'
import { describeWith } from '../components.ts'
import { fingerprintOf } from '../harness/alertmanager.ts'
import { RealAlertmanager } from './alertmanager.ts'
import { openSite, raise } from './site.ts'
import { until } from './until.ts'

describeWith('prometheus-alertmanager', 'contract: the life of an alert that Alertmanager sends', (binary) => {
  it('keeps the first delivery as one open episode, and tells the receiver once', async () => {
    const site = await openSite()
    const alertmanager = await RealAlertmanager.start(binary, { url: site.webhookUrl })
    const alert = raise('a')
    await alertmanager.fire([alert])
    await site.tells({ a: ['new'] })
    const startsAt = new Date(alert.startsAt).toISOString()
    expect(await site.kept()).toMatchObject([{ status: 'firing', labels: alert.labels, startsAt }])
    expect(site.count('request where opened = 1 and closed = 0 and repeated = 0 and quarantined = 0')).toBe(1)
    expect(await site.metric('episodes_open')).toBe(1)
    await alertmanager.resolve([alert])
    await site.tellsAtLast({ a: ['new', 'resolved'] })
  })

  it('counts what Alertmanager repeats, and tells nobody', async () => {
    const site = await openSite()
    const alertmanager = await RealAlertmanager.start(binary, { url: site.webhookUrl, repeatInterval: '600ms' })
    const alert = raise('a')
    await alertmanager.fire([alert])
    await until('two repetitions', async () => (await site.metric('alerts_repeated_total')) >= 2)
    expect(await site.kept()).toHaveLength(1)
    expect(site.count('notification')).toBe(1)
    await alertmanager.resolve([alert])
    await site.tellsAtLast({ a: ['new', 'resolved'] })
  })

  it('tells the resolve of an alert that is said to have ended, and of one that nothing more is heard of', async () => {
    const site = await openSite()
    const alertmanager = await RealAlertmanager.start(binary, { url: site.webhookUrl })
    const [ended, unheard, firing] = [raise('ended'), raise('unheard'), raise('firing')]
    await alertmanager.fire([ended, firing])
    await alertmanager.fire([unheard], 3_000)
    await site.tells({ ended: ['new'], firing: ['new'], unheard: ['new'] })
    await alertmanager.resolve([ended])
    await site.tells({ ended: ['new', 'resolved'], firing: ['new'], unheard: ['new', 'resolved'] })
    const kept = await site.kept()
    expect(kept.filter(({ status }) => status === 'firing')).toMatchObject([{ labels: firing.labels }])
    await alertmanager.resolve([firing])
    const both = ['new', 'resolved']
    await site.tellsAtLast({ ended: both, firing: both, unheard: both })
  })

  it('hands on names of JavaScript and text of any language unharmed, under the fingerprint of Alertmanager', async () => {
    const site = await openSite()
    const alertmanager = await RealAlertmanager.start(binary, { url: site.webhookUrl })
    const hostile = [
      ['__proto__', 'p'],
      ['constructor', 'c'],
      ['toString', '{}'],
      ['quoted', 'é "q" \\ \n \t </script>'],
      ['name', '磁盘已满 🔥 \u{10ffff} \u2028 \u202e'],
    ]
    const plain = raise('a')
    const labels = Object.fromEntries([...Object.entries(plain.labels), ...hostile])
    const annotations = Object.fromEntries(hostile)
    const alert = { ...plain, labels, annotations }
    await alertmanager.fire([alert])
    await site.tells({ a: ['new'] })
    for (const held of [(await site.kept())[0], site.lastSent()[0]]) {
      expect(Object.entries(held?.labels ?? {}).sort()).toEqual(Object.entries(labels).sort())
      expect(Object.entries(held?.annotations ?? {}).sort()).toEqual(Object.entries(annotations).sort())
    }
    expect(site.lastSent()[0]?.fingerprint).toBe(fingerprintOf(labels))
    expect(await site.metric('fingerprint_mismatch_total')).toBe(0)
    await alertmanager.resolve([alert])
    await site.tellsAtLast({ a: ['new', 'resolved'] })
  })
})
