/** The demo's mail server: real SMTP on loopback, and each mail shown as a mail program without HTML shows it. */
import { mailLines } from '../stand-in/mail-lines.ts'
import { startSmtpStandIn } from '../stand-in/smtp-stand-in.ts'
import { markColour } from '../terminal/mark-colour.ts'
import type { Inbox, Took } from './inbox.ts'
import type { Stage } from './stage.ts'

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
