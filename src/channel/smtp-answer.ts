/** What it means when a mail server did not take a mail: RFC 5321 for its codes, RFC 3463 for its enhanced codes. */
import type { Receipt } from './channel.ts'
import type { SmtpFault } from './smtp-submit.ts'

/**
 * Greylisting says "later" to a stranger and means at least a minute (https://www.rfc-editor.org/rfc/rfc6647#section-3);
 * a login that is tried again and again in vain gets an account locked.
 */
const PATIENCE_MS = 60_000

type Meaning = Pick<Receipt, 'outcome' | 'about' | 'retryAfterMs'>

/**
 * Until the recipient is named the server speaks of itself and of us (login, sender, encryption): the operator mends that,
 * and what waits then goes out, so nobody's address is given up for it. After that 4yz is passing and 5yz is final.
 */
export function meaningOf(fault: SmtpFault): Meaning {
  const { code, command, answer } = fault
  const [status, enhanced] = [statusOf(answer), enhancedOf(answer)]
  if (isAboutSize(fault)) return { ...permanent, about: 'payload' }
  if (!/^(RCPT TO|DATA)$/.test(command)) return { ...transient, retryAfterMs: code === 'EAUTH' ? PATIENCE_MS : null }
  // 503 says that the commands came in the wrong order, not that the mail is refused.
  if (status === null || status < 500 || status === 503) {
    return { ...transient, retryAfterMs: isGreylisting(status, enhanced) ? PATIENCE_MS : null }
  }
  return { ...permanent, about: aboutOf(code, enhanced) }
}

/** What the operator can do, for faults that are neither the recipient's nor the mail's; '' where the answer says it all. */
export function adviceFor({ code, command, answer }: SmtpFault): string {
  if (command === 'RCPT TO' || command === 'DATA') return ''
  if (code === 'ETLS') return NO_TLS
  if (/STARTTLS/i.test(answer ?? ''))
    return 'the mail server wants TLS first; write ?tls=starttls at the end of SMTP_URL'
  if (code === 'EAUTH') return 'the mail server refused the user and password of SMTP_URL'
  return command === 'MAIL FROM' && answer !== null ? 'the mail server refused the sender SMTP_FROM' : ''
}

const NO_TLS =
  'no verified TLS with the mail server of SMTP_URL; it must offer STARTTLS, or be written smtps://, and a private CA is named by NODE_EXTRA_CA_CERTS'

/** The code that an answer begins with. */
export function statusOf(answer: string | null): number | null {
  const digits = /^[2-5]\d\d(?=[ -]|$)/.exec(answer ?? '')?.[0]
  return digits === undefined ? null : Number(digits)
}

const permanent = { outcome: 'permanent', retryAfterMs: null } as const
const transient = { outcome: 'transient' } as const

/** `5.1.1` behind the code of the first line; '' when the server has none. */
function enhancedOf(answer: string | null): string {
  return /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(answer ?? '')?.[1] ?? ''
}

/** Too large for the system (5.3.4) or for this mailbox (5.2.3); 552 says so as well, unless its mailbox is full (5.2.2). */
function isAboutSize({ code, answer }: SmtpFault): boolean {
  const [status, enhanced] = [statusOf(answer), enhancedOf(answer)]
  if (enhanced === '5.3.4' || enhanced === '5.2.3') return true
  if (status === 552 && !enhanced.startsWith('5.2.')) return true
  // The library compares the size with what the server announced, and does not even begin.
  return code === 'EMESSAGE' && answer === null
}

/** 450 and 451, and whatever says that a policy wants us to wait. */
function isGreylisting(status: number | null, enhanced: string): boolean {
  return status === 450 || status === 451 || enhanced.startsWith('4.7.')
}

/** X.5 is about the commands, X.6 about the content; without a number, what is said to the mail itself is about it. */
function aboutOf(code: string, enhanced: string): 'payload' | 'destination' {
  if (enhanced !== '') return /^5\.[56]\./.test(enhanced) ? 'payload' : 'destination'
  return code === 'EMESSAGE' ? 'payload' : 'destination'
}
