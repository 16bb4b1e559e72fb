/** What Alertmanager does not try again at once: a wrong token and a redirect lose nothing when they are put right. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { INGEST_PATH } from '../../src/alert/http.ts'
import { describeWith } from '../components.ts'
import { RealAlertmanager } from './alertmanager.ts'
import { openFront } from './front.ts'
import { openSite, raise } from './site.ts'
import { until } from './until.ts'

const rightToken = '7f1c0d6e5b4a39281706f5e4d3c2b1a0'

describeWith('prometheus-alertmanager', 'contract: what Alertmanager does when it is turned away', (binary) => {
  it('asks once per flush with a wrong token and nothing is kept; with the right one the alert arrives', async () => {
    const site = await openSite({ INGEST_TOKEN: rightToken })
    const tokenFile = await fileWith('not-the-token-that-is-asked-for')
    const alertmanager = await RealAlertmanager.start(binary, { url: site.webhookUrl, tokenFile })
    const alert = raise('a')
    await alertmanager.fire([alert])
    await failsTwice(alertmanager)
    expect(await site.answers(401)).toBeGreaterThanOrEqual(2)
    expect([site.count('request'), site.count('quarantine'), await site.kept()]).toEqual([0, 0, []])
    await writeFile(tokenFile, rightToken)
    await site.tells({ a: ['new'] })
    await alertmanager.resolve([alert])
    await site.tellsAtLast({ a: ['new', 'resolved'] })
  })

  it.each([
    ['is not followed with follow_redirects: false', false, ['POST 302', 'POST 302']],
    [
      'is followed as GET otherwise, which is answered 405 and so not taken for delivered',
      true,
      ['POST 302', 'GET 405'],
    ],
  ])(
    'a redirect before the router %s; once it is gone the alert arrives',
    async (_title, followRedirects, requests) => {
      const site = await openSite()
      const front = await openFront(site.url)
      const url = front.url + INGEST_PATH
      const alertmanager = await RealAlertmanager.start(binary, { url, followRedirects })
      const alert = raise('a')
      await alertmanager.fire([alert])
      await failsTwice(alertmanager)
      expect(front.requests.slice(0, 2)).toEqual(requests)
      expect(await site.kept()).toEqual([])
      front.mend()
      await site.tells({ a: ['new'] })
      await alertmanager.resolve([alert])
      await site.tellsAtLast({ a: ['new', 'resolved'] })
    },
  )
})

/** Two flushes fail, each with one request: what is retried takes more requests than there are flushes. */
async function failsTwice(alertmanager: RealAlertmanager): Promise<void> {
  await until('two failed flushes of one request each', async () => {
    const flushes = await alertmanager.metric('notifications_failed_total')
    return flushes >= 2 && (await alertmanager.metric('notification_requests_total')) === flushes
  })
}

async function fileWith(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alert-router-token-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'token')
  await writeFile(file, text, { mode: 0o600 })
  return file
}
