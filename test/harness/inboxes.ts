/** One stand-in for each secret that the teams' documents refer to, made from the documents themselves. */
import { createHash } from 'node:crypto'
import type { Inbox } from './inbox.ts'
import { type Mailbox, MailServer } from './mailbox.ts'
import { startPagerDutyStandIn } from './pagerduty-stand-in.ts'
import { startSlackStandIn } from './slack-stand-in.ts'
import type { StandIn } from './stand-in.ts'
import { startWebhookStandIn } from './webhook-stand-in.ts'

export interface Inboxes {
  /** Secrets by name: the stand-ins' URLs, and a signing secret for each webhook. */
  readonly secrets: Readonly<Record<string, string>>
  readonly all: readonly StandIn[]
  /** One for each address of the documents, on one mail server. */
  readonly mailboxes: readonly Mailbox[]
  /** All of these. */
  readonly everybody: readonly Inbox[]
  /** By the name of its secret, such as `PAYMENTS_SLACK_URL`. */
  get(name: string): StandIn
  /** The first Slack (webhook) stand-in of the documents. */
  first(ending: 'SLACK_URL' | 'WEBHOOK_URL'): StandIn
  /** The one PagerDuty, for all keys. */
  readonly pagerDuty: StandIn
  /** A document as the router is to read it: `https://pagerduty.test` is where the stand-in is. */
  placed(document: string): string
}

/**
 * Reads `env:…_SLACK_URL`, `env:…_WEBHOOK_URL` and `env:…_WEBHOOK_SECRET` out of the texts and starts a stand-in for
 * each URL; a webhook's stand-in checks signatures if some document names the secret beside its URL. For every
 * `env:…_PAGERDUTY_KEY` the one PagerDuty has an integration, and for every mail address the one mail server a mailbox.
 */
export async function openInboxes(documents: readonly string[], now: () => number): Promise<Inboxes> {
  const names = new Set(
    documents.flatMap((text) => [...text.matchAll(/env:([A-Z0-9_]+)/g)].map((match) => match[1] ?? '')),
  )
  const secrets: Record<string, string> = {}
  const byName = new Map<string, StandIn>()
  for (const name of names) {
    if (name.endsWith('_SECRET')) secrets[name] = `whsec_${Buffer.from(name.padEnd(32, '.')).toString('base64')}`
  }
  for (const name of names) {
    if (!name.endsWith('_URL')) continue
    const secret = secrets[name.replace(/URL$/, 'SECRET')] ?? null
    const standIn = name.endsWith('WEBHOOK_URL')
      ? await startWebhookStandIn(name, now, secret)
      : await startSlackStandIn(name, now)
    byName.set(name, standIn)
    secrets[name] = standIn.url
  }
  const keys = [...names].filter((name) => name.endsWith('_PAGERDUTY_KEY'))
  for (const name of keys) secrets[name] = createHash('md5').update(name).digest('hex')
  if (keys.length > 0) {
    byName.set(
      'PagerDuty',
      await startPagerDutyStandIn(
        keys.map((name) => secrets[name] ?? ''),
        now,
      ),
    )
  }
  const addresses = new Set(documents.flatMap((text) => text.match(/[\w.+-]+@[\w.-]+/g) ?? []))
  const mail = addresses.size === 0 ? null : await MailServer.start([...addresses], now)
  if (mail !== null) Object.assign(secrets, { SMTP_URL: mail.url, SMTP_FROM: 'alerts@example.org' })
  const all = [...byName.values()]
  const mailboxes = mail?.mailboxes ?? []
  const found = (standIn: StandIn | undefined, wanted: string) => {
    if (standIn === undefined)
      throw new Error(`no document refers to env:${wanted}; there are ${[...byName.keys()].join(', ')}`)
    return standIn
  }
  return {
    secrets,
    all,
    mailboxes,
    everybody: [...all, ...mailboxes],
    get: (name) => found(byName.get(name), name),
    first: (ending) =>
      found(
        all.find((standIn) => standIn.name.endsWith(ending)),
        `…_${ending}`,
      ),
    get pagerDuty() {
      return found(byName.get('PagerDuty'), '…_PAGERDUTY_KEY')
    },
    placed: (document) => document.replaceAll('https://pagerduty.test', byName.get('PagerDuty')?.origin ?? ''),
  }
}
