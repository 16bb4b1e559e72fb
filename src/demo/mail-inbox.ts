/** The demo's mail server: real SMTP on loopback, and each mail shown as a mail program without HTML shows it. */

import { type ReceivedMail, startSmtpStandIn } from '../stand-in/smtp-stand-in.ts'
import { markColour } from '../terminal/mark-colour.ts'
import type { Line } from '../terminal/terminal.ts'
import type { Inbox, Took } from './inbox.ts'
import type { Stage } from './stage.ts'

/** Lines of the text shown: enough to see what it is about. */
const mostLines = 8

export async function openMailInbox(stage: Stage, took: Took): Promise<Inbox> {
  const { port, close } = await startSmtpStandIn({
    reply: (at, _to, received) => {
      if (at === 'dot' && received !== null) {
        stage.message(`Mail · ${received.to.join(', ')}`, mailLines(received), markColour(received.mail.subject ?? ''))
        took('mail')
      }
      return null
    },
  })
  return {
    env: { SMTP_URL: `smtp://127.0.0.1:${port}`, SMTP_FROM: 'alerts@router.example' },
    address: null,
    close,
  }
}

/** From, To, Subject, then the first lines of the text, which begins with the subject again. */
function mailLines({ from, to, mail }: Omit<ReceivedMail, 'raw'>): Line[] {
  const subject = mail.subject ?? ''
  const text = (mail.text ?? '').trimEnd().split('\n')
  const body = text[0] === subject ? text.slice(text[1] === '' ? 2 : 1) : text
  const rest = body.length - mostLines
  const shown = rest > 2 ? body.slice(0, mostLines) : body
  return [
    { kind: 'faint', text: `From: ${mail.from?.name ?? ''} <${mail.from?.address ?? from}>` },
    { kind: 'faint', text: `To: ${mail.to?.map(({ address }) => address).join(', ') ?? to.join(', ')}` },
    { kind: 'strong', text: `Subject: ${subject}` },
    { kind: 'rule', text: '' },
    ...shown.map((line): Line => ({ kind: 'text', text: line })),
    ...(rest > 2 ? [{ kind: 'faint', text: `… and ${rest} more lines` } as const] : []),
  ]
}
