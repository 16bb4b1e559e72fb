/** Mail by SMTP: one recipient per mail, one thread per group life, classified by what the mail server answered. */
import MailComposer from 'nodemailer/lib/mail-composer'
import { mailDomainOf, readMailAddress, validMailAddress } from '../team/mail-address.ts'
import type { Channel, Endpoint, Message, Receipt } from './channel.ts'
import { plainEmail, renderEmail } from './email-message.ts'
import { detailWithout } from './receipt.ts'
import { stoppedBecause } from './send-error.ts'
import { adviceFor, meaningOf, statusOf } from './smtp-answer.ts'
import { SmtpError, submit } from './smtp-submit.ts'
import { type SmtpServer, smtpSecrets } from './smtp-url.ts'
import { turns } from './turns.ts'

/** How mail leaves; null when the operator has set no SMTP_URL. */
export interface MailSettings {
  readonly server: SmtpServer | null
  /** One address; null only when there is no server. */
  readonly from: string | null
  /** The only domains that mail goes to, in lower case; null for any. */
  readonly domains: readonly string[] | null
}

/**
 * Exchange Online takes three connections of a sender at once, and refuses the fourth
 * (https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements). One mail each: a
 * connection kept open saves some milliseconds, and costs the certainty that a failed one is not the server's idle timeout.
 */
const MOST_CONNECTIONS = 3

/**
 * A mail address has no idempotency key, so one attempt at a time. The pace is the server's: ten a second after a burst is
 * little for a relay, and a provider that allows less answers 4yz or is slow, which both wait.
 */
export function emailChannel({ server, from, domains }: MailSettings): Channel {
  const inTurn = turns(MOST_CONNECTIONS)
  return {
    name: 'email',
    maxInFlight: 1,
    pace: { burst: 20, everyMs: 100, over: 'channel' },
    async send(message: Message, endpoint: Endpoint, signal: AbortSignal): Promise<Receipt> {
      // As with a missing secret: it may be there after the next start, and what waits then goes out.
      if (server === null || from === null) return notSet
      const to = readMailAddress(endpoint.address)
      if (to === null) return notAnAddress
      if (domains !== null && !domains.includes(mailDomainOf(to))) return elsewhere
      const send = async (words: { subject: string; text: string; html?: string }) => {
        const content = await composed(message, words, from, to)
        return inTurn(signal, () => submit(server, { from, to, content }, signal)).then(
          (answer) => receiptOfAnswer(answer, server),
          (error: unknown) => receiptOfFailure(error, server, signal),
        )
      }
      const receipt = await send(renderEmail(message))
      if (receipt.outcome !== 'permanent' || receipt.about !== 'payload') return receipt
      // The server took nothing of it, so a second try repeats nothing; better a few lines than none.
      const plain = await send(plainEmail(message))
      return { ...plain, detail: detailWithout([], `${plain.detail} (as a short text, after: ${receipt.detail})`) }
    },
  }
}

const notSet: Receipt = {
  outcome: 'transient',
  status: null,
  detail: 'SMTP_URL is not set: the operator names the mail server by SMTP_URL and SMTP_FROM',
  retryAfterMs: null,
}

const notAnAddress: Receipt = {
  outcome: 'permanent',
  status: null,
  detail: `not a mail address that can be sent to: it must be ${validMailAddress}`,
  retryAfterMs: null,
  about: 'destination',
}

const elsewhere: Receipt = {
  outcome: 'permanent',
  status: null,
  detail: 'the domain of this address is not one of MAIL_DOMAINS: the operator can add it',
  retryAfterMs: null,
  about: 'destination',
}

/** The mail as it is sent. Every header is ours or checked; strangers' words stand in the subject and the body only. */
function composed(
  message: Message,
  words: { subject: string; text: string; html?: string },
  from: string,
  to: string,
): Promise<Buffer> {
  const domain = mailDomainOf(from)
  // Never sent itself: all mails of a group life answer it, so mail readers show them as one thread.
  const root = `<${message.conversationKey}@${domain}>`
  const composer = new MailComposer({
    ...words,
    from: { name: 'alert-router', address: from },
    to: { name: '', address: to },
    messageId: `<${message.idempotencyKey}@${domain}>`,
    inReplyTo: root,
    references: root,
    date: new Date(message.sentAt),
    headers: {
      // https://www.rfc-editor.org/rfc/rfc3834#section-5: no out-of-office notes; Exchange listens to the second one.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'List-Id': `${message.team} alerts <${message.team}.alert-router.${domain}>`,
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return composer.compile().build()
}

function receiptOfAnswer(answer: string, server: SmtpServer): Receipt {
  return {
    outcome: 'delivered',
    status: statusOf(answer),
    detail: detailWithout(smtpSecrets(server), answer),
    retryAfterMs: null,
  }
}

/** An SmtpError, or the attempt's time was over before its turn came; anything else is a bug and is thrown on. */
function receiptOfFailure(error: unknown, server: SmtpServer, signal: AbortSignal): Receipt {
  if (signal.aborted && error === signal.reason) {
    const detail = `not sent: ${stoppedBecause(error)}, as ${MOST_CONNECTIONS} other mails were being sent`
    return { outcome: 'transient', status: null, detail, retryAfterMs: null }
  }
  if (!(error instanceof SmtpError)) throw error
  const { fault, maybeTaken, message } = error
  const status = maybeTaken ? null : statusOf(fault.answer)
  const advice = adviceFor(fault)
  const detail = detailWithout(smtpSecrets(server), advice === '' ? message : `${advice}: ${message}`)
  if (maybeTaken) return { outcome: 'unknown', status, detail, retryAfterMs: null }
  return { ...meaningOf(fault), status, detail }
}
