/** Mails for tests of the email channel: one message sent to one server, and what came of it. */

import { onTestFinished } from 'vitest'
import { isLoopback } from '../../src/access/loopback.ts'
import type { Channel, Message, Receipt } from '../../src/channel/channel.ts'
import { emailChannel, type MailSettings } from '../../src/channel/email.ts'
import { parseSmtpUrl } from '../../src/channel/smtp-url.ts'
import { type SmtpServerOptions, type SmtpStandIn, startSmtpStandIn } from '../../src/stand-in/smtp-stand-in.ts'
import { message } from './messages.ts'

const FROM = 'alerts@example.org'

/** A mail server that closes with the test. */
export async function mailServer(options: SmtpServerOptions = {}): Promise<SmtpStandIn> {
  const server = await startSmtpStandIn(options)
  onTestFinished(() => server.close())
  return server
}

interface Sent {
  readonly to?: string
  readonly message?: Message
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  readonly domains?: MailSettings['domains']
}

/** The channel by way of this SMTP_URL. */
export function channelTo(url: string, domains: MailSettings['domains'] = null): Channel {
  return emailChannel({ server: parseSmtpUrl(url, isLoopback), from: FROM, domains })
}

/** One attempt by way of this SMTP_URL. */
export function sendBy(url: string, sent: Sent = {}): Promise<Receipt> {
  const endpoint = { address: sent.to ?? 'oncall@example.com', secret: null, host: null }
  const signal = sent.signal ?? AbortSignal.timeout(sent.timeoutMs ?? 5_000)
  return channelTo(url, sent.domains).send(sent.message ?? message(), endpoint, signal)
}

/** One attempt in plain SMTP on loopback. */
export function sendTo({ port }: { port: number }, sent: Sent = {}): Promise<Receipt> {
  return sendBy(`smtp://127.0.0.1:${port}`, sent)
}
