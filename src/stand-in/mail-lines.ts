/** A mail as a program without HTML shows it: who, what about, and the beginning of its text. */
import type { Line } from '../terminal/terminal.ts'
import type { ReceivedMail } from './smtp-stand-in.ts'

/** Lines of the text shown: enough to see what it is about. */
const mostLines = 8

/** From, To, Subject, then the first lines of the text, which begins with the subject again. */
export function mailLines({ from, to, mail }: Omit<ReceivedMail, 'raw'>): Line[] {
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
