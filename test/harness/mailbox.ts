/** One person's mailbox on the story's mail server: it takes mail, refuses it, or leaves the sender without an answer. */

import {
  type ReceivedMail,
  type Reply,
  type SmtpStandIn,
  type Stage,
  startSmtpStandIn,
} from '../../src/stand-in/smtp-stand-in.ts'
import { Inbox, type InboxMessage } from './inbox.ts'

/** One mail that a person got. `text` is its head and its text part. */
export interface MailMessage extends InboxMessage {
  readonly mail: ReceivedMail['mail']
}

type Mode = { type: 'ok' | 'hang' | 'reset' } | { type: 'answer'; stage: Stage; reply: string }

/** Mailboxes share their server's port: whoever refuses connections refuses them for all. */
export class Mailbox extends Inbox<MailMessage> {
  readonly #server: MailServer
  #mode: Mode = { type: 'ok' }

  constructor(address: string, now: () => number, server: MailServer) {
    super(address, now)
    this.#server = server
  }

  /** Answers every mail so: `550 5.1.1 No such user`, to the recipient unless another stage is named. */
  answer(reply: string, stage: Stage = 'to'): void {
    this.#mode = { type: 'answer', stage, reply }
  }

  /** Reads mails to their end, but never answers. */
  hang(): void {
    this.#mode = { type: 'hang' }
  }

  /** Takes the mail, then breaks the connection: people have it, the sender cannot know. */
  reset(): void {
    this.#mode = { type: 'reset' }
  }

  refuse(): Promise<void> {
    return this.#server.close()
  }

  recover(): Promise<void> {
    this.#mode = { type: 'ok' }
    return this.#server.open()
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  get hangs(): boolean {
    return this.#mode.type === 'hang'
  }

  /** What the server says at this stage; a mail that is taken, or may be, is shown. */
  reply(stage: Stage, received: ReceivedMail | null, whenGone: (then: () => void) => void): Reply {
    const mode = this.#mode
    if (mode.type === 'answer' && mode.stage === stage) {
      this.note(mode.reply)
      this.wake()
      return mode.reply
    }
    if (received === null) return null
    if (mode.type === 'hang') {
      whenGone(this.hold())
      this.wake()
      return 'hang'
    }
    const fault = faultOf(received)
    if (fault !== null) this.faults.push(fault)
    this.note(mode.type === 'reset' ? 'reset' : '250')
    this.messages.push({ text: textOf(received), mail: received.mail, at: this.now() })
    this.wake()
    return mode.type === 'reset' ? 'drop' : null
  }
}

/** The mail server of a story, in plain SMTP on loopback. */
export class MailServer {
  readonly mailboxes: readonly Mailbox[]
  #running: SmtpStandIn | null = null
  #port = 0

  static async start(addresses: readonly string[], now: () => number): Promise<MailServer> {
    const server = new MailServer(addresses, now)
    await server.open()
    return server
  }

  private constructor(addresses: readonly string[], now: () => number) {
    this.mailboxes = addresses.map((address) => new Mailbox(address, now, this))
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.#port}`
  }

  async open(): Promise<void> {
    this.#running ??= await startSmtpStandIn({
      port: this.#port,
      reply: (stage, to, received, whenGone) => {
        if (to === null) return null
        const mailbox = this.mailboxes.find(({ name }) => name === to)
        return mailbox === undefined ? '550 5.1.1 No such user here' : mailbox.reply(stage, received, whenGone)
      },
    })
    this.#port = this.#running.port
  }

  async close(): Promise<void> {
    const running = this.#running
    this.#running = null
    await running?.close()
  }
}

/** As a mail reader without HTML shows it. */
function textOf({ mail }: ReceivedMail): string {
  const to = mail.to?.map(({ address }) => address).join(', ')
  return `To: ${to}\nSubject: ${mail.subject}\n\n${mail.text}`
}

/** What a strict server, or a reader, would not like. */
function faultOf({ from, to, mail }: ReceivedMail): string | null {
  const [header, ...others] = mail.to ?? []
  if (to.length !== 1 || others.length > 0 || header?.address !== to[0])
    return `sent to ${to} as To: ${header?.address}`
  if (mail.from?.address !== from) return `sent by ${from} as From: ${mail.from?.address}`
  if (!mail.messageId || !mail.date) return 'no Message-ID or Date'
  if (!mail.text || !mail.html) return 'text or HTML is missing'
  return /<(script|img|link|iframe|form)\b/i.test(mail.html) ? 'HTML that fetches or runs something' : null
}
