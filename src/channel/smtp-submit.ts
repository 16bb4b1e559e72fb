/** Hands one mail to the mail server over one connection, and says how far it came if the server did not take it. */
import { Readable } from 'node:stream'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { describe, stoppedBecause } from './send-error.ts'
import type { SmtpServer } from './smtp-url.ts'

/** A finished mail and the one address it goes to; both addresses are checked. */
export interface Mail {
  readonly from: string
  readonly to: string
  readonly content: Buffer
}

/** Where the conversation ended: the library's names for the fault and the command, and what the server said to it. */
export interface SmtpFault {
  /** `EAUTH`, `ETLS`, `EENVELOPE`, `EMESSAGE`, `ECONNECTION`, …: https://nodemailer.com/errors */
  readonly code: string
  /** `MAIL FROM`, `RCPT TO`, `DATA`, …; '' when none was under way. */
  readonly command: string
  /** Its lines, parted by LF, beginning with the code; null when the server said nothing. */
  readonly answer: string | null
}

/** The server took no responsibility for the mail, as far as we know. The message holds no secret of ours. */
export class SmtpError extends Error {
  override readonly name = 'SmtpError'
  readonly fault: SmtpFault
  /** The mail was on its way when all went silent, so the server may have it (RFC 1047). */
  readonly maybeTaken: boolean

  constructor(message: string, fault: SmtpFault, maybeTaken: boolean, options: ErrorOptions) {
    super(message, options)
    this.fault = fault
    this.maybeTaken = maybeTaken
  }
}

/** The caller's signal ends an attempt sooner; these are for a library whose own limits are minutes. */
const TIMEOUTS = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 20_000,
  dnsTimeout: 5_000,
  socketCloseTimeout: 1_000,
}

/** Resolves with the server's answer to the whole mail, such as `250 2.0.0 Ok: queued as 4F2`; rejects with an SmtpError. */
export function submit(server: SmtpServer, mail: Mail, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    secure: server.tls === 'implicit',
    requireTLS: server.tls === 'starttls',
    ignoreTLS: server.tls === 'off',
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    ...TIMEOUTS,
  })
  let given = false
  // Read only once the server has asked for it: from then on nobody can be sure that it is not there.
  const content = new Readable({
    read() {
      given = true
      this.push(mail.content)
      this.push(null)
    },
  })
  const fail = (error: Error) => reject(smtpErrorOf(error, given, signal))
  const stop = () => fail(signal.reason)
  const send = () => {
    const envelope = { from: mail.from, to: [mail.to], size: mail.content.length }
    connection.send(envelope, content, (error, info) => (error ? fail(error) : resolve(info.response)))
  }
  connection.on('error', fail)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  else {
    connection.connect((error) => {
      if (error) fail(error)
      else if (server.login === null) send()
      else {
        const { user, password } = server.login
        connection.login({ user, pass: password }, (refused) => (refused ? fail(refused) : send()))
      }
    })
  }
  return promise.finally(() => {
    signal.removeEventListener('abort', stop)
    content.destroy()
    // Never in the middle of a mail, where QUIT would be a line of it.
    if (!signal.aborted) connection.quit()
    connection.close()
  })
}

interface LibraryError extends Error {
  readonly code?: string
  readonly command?: string
  readonly response?: string
  /** The code that Node gave the error before the library did. */
  readonly originalCode?: string
}

/** What Node calls a handshake that fails or a certificate that nobody vouches for; to the library it is any socket's error. */
const TLS_FAULT = /CERT|^ERR_(TLS|SSL)_|^UNABLE_TO_/

function smtpErrorOf(error: LibraryError, given: boolean, signal: AbortSignal): SmtpError {
  const { command = '', response: answer = null, originalCode = '' } = error
  const code = TLS_FAULT.test(originalCode) ? 'ETLS' : (error.code ?? '')
  // Once it was given, only a refusal of the mail itself (EMESSAGE) settles what became of it.
  const maybeTaken = given && !(code === 'EMESSAGE' && /^[45]\d\d/.test(answer ?? ''))
  const what = signal.aborted ? stoppedBecause(signal.reason) : (answer ?? describe(error))
  const message =
    answer !== null && !maybeTaken ? what : `${maybeTaken ? 'no answer after the mail was sent' : 'not sent'}: ${what}`
  return new SmtpError(message, { code, command, answer }, maybeTaken, { cause: error })
}
