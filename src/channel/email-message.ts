/** A notification as a mail: subject, text and HTML that say the same. */
import type { Message } from './channel.ts'
import { type EmailAlert, type EmailContent, type EmailPart, emailContent } from './email-content.ts'
import { alertSize, emailHtml } from './email-html.ts'
import { emailText } from './email-text.ts'

interface RenderedEmail {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/**
 * Bytes of HTML. Gmail cuts a message off at 102 KB
 * (https://www.spamresource.com/2022/01/what-is-gmail-clipping-and-what-to-do.html); some room is for what is around it.
 */
export const MAX_HTML = 96 * 1024

/** Pure. Names as many alerts as fit, the changed ones first; all are counted. */
export function renderEmail(message: Message): RenderedEmail {
  const content = emailContent(message)
  const room = MAX_HTML - Buffer.byteLength(emailHtml({ ...content, parts: content.parts.map(unnamed) }))
  const fitted = { ...content, parts: fittingParts(content.parts, room) }
  return { subject: content.subject, text: emailText(fitted), html: emailHtml(fitted) }
}

/** The least that can be said, for when a server refuses the size or the kind of a mail: a few lines of text. */
export function plainEmail(message: Message): Omit<RenderedEmail, 'html'> {
  const content: EmailContent = { ...emailContent(message), description: '', labels: [], parts: [], links: [] }
  return { subject: content.subject, text: emailText(content) }
}

/** With the line that counts what is not named, as that may be needed. */
function unnamed(part: EmailPart): EmailPart {
  return { ...part, alerts: [], hidden: part.alerts.length + part.hidden }
}

/** Of each alert the first form that the room still holds, its links left out before itself. */
function fittingParts(parts: readonly EmailPart[], room: number): EmailPart[] {
  let left = room
  return parts.map((part) => {
    const alerts: EmailAlert[] = []
    for (const alert of part.alerts) {
      const form = [alert, { ...alert, links: [] }].find((each) => alertSize(each) < left)
      if (form === undefined) break
      left -= alertSize(form) + 1
      alerts.push(form)
    }
    return { ...part, alerts, hidden: part.hidden + part.alerts.length - alerts.length }
  })
}
