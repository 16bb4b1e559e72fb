/** A mail server on loopback that speaks real SMTP and, at every stage of the conversation, answers as it is told. */
import type { AddressInfo, Socket } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'

/** Where an answer is given: to the connection, the login, the sender, the recipient, or the dot that ends the mail. */
export type Stage = 'connect' | 'auth' | 'from' | 'to' | 'dot'

/** `550 5.1.1 No such user`; or no answer at all, with the connection left open or broken off. Null is a yes. */
export type Reply = string | 'hang' | 'drop' | null

/** One mail that was read to its dot, whatever was answered to that. */
export interface ReceivedMail {
  readonly from: string
  /** Of the envelope. */
  readonly to: readonly string[]
  readonly raw: Buffer
  readonly mail: Email
}

export interface SmtpServerOptions {
  /** Asked at each stage; `to` is null until a recipient was named. `whenGone` calls back when the client is. */
  readonly reply?: (
    stage: Stage,
    to: string | null,
    received: ReceivedMail | null,
    whenGone: (then: () => void) => void,
  ) => Reply
  /** A key and certificate in PEM: STARTTLS is offered, or with `implicit` TLS is spoken from the first byte. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly implicit?: boolean }
  /** Asked for, and the only one taken. */
  readonly login?: { readonly user: string; readonly password: string }
  /** The largest mail, announced and enforced. */
  readonly size?: number
  readonly pipelining?: boolean
  readonly port?: number
}

export interface SmtpStandIn {
  readonly port: number
  /** Every mail that was read to its end, in order. */
  readonly mails: readonly ReceivedMail[]
  /** Connections ever made. */
  readonly connections: () => number
  /** Closes the port and every connection. */
  close(): Promise<void>
}

export async function startSmtpStandIn(options: SmtpServerOptions = {}): Promise<SmtpStandIn> {
  const { tls, login } = options
  const mails: ReceivedMail[] = []
  const sockets = new Map<number | undefined, Socket>()
  let connections = 0

  const say = (
    session: SMTPServerSession,
    stage: Stage,
    to: string | null,
    received: ReceivedMail | null,
    done: (error?: Error) => void,
  ) => {
    const socket = sockets.get(session.remotePort)
    const whenGone = (then: () => void) => socket?.once('close', then)
    const reply = options.reply?.(stage, to, received, whenGone) ?? null
    if (reply === 'hang') return
    if (reply === 'drop') socket?.resetAndDestroy()
    else done(reply === null ? undefined : refusal(reply))
  }
  const server = new SMTPServer({
    ...(tls === undefined ? { disabledCommands: ['STARTTLS'] } : { key: tls.key, cert: tls.cert }),
    secure: tls?.implicit === true,
    authOptional: login === undefined,
    logger: false,
    disableReverseLookup: true,
    hidePIPELINING: options.pipelining === false,
    ...(options.size === undefined ? {} : { size: options.size, rejectOversized: true }),
    onConnect: (session, done) => say(session, 'connect', null, null, done),
    onAuth: ({ username, password }, session, done) =>
      say(session, 'auth', null, null, (error) => {
        const right = username === login?.user && password === login?.password
        if (error !== undefined) done(error)
        else done(null, right ? { user: username } : { message: '5.7.8 Authentication credentials invalid' })
      }),
    onMailFrom: (_address, session, done) => say(session, 'from', null, null, done),
    onRcptTo: ({ address }, session, done) => say(session, 'to', address, null, done),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', async () => {
        const raw = Buffer.concat(chunks)
        const { mailFrom, rcptTo } = session.envelope
        const received = {
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw,
          mail: await PostalMime.parse(raw),
        }
        mails.push(received)
        say(session, 'dot', received.to[0] ?? null, received, done)
      })
    },
  })
  // A client that breaks off is no fault of the server.
  server.on('error', () => {})
  server.server.on('connection', (socket) => {
    connections += 1
    sockets.set(socket.remotePort, socket)
    socket.on('close', () => sockets.delete(socket.remotePort))
    socket.on('error', () => {})
  })
  await new Promise<void>((listening) => server.listen(options.port ?? 0, '127.0.0.1', listening))
  const { port } = server.server.address() as AddressInfo
  return {
    port,
    mails,
    connections: () => connections,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        for (const socket of sockets.values()) socket.destroy()
      }),
  }
}

function refusal(reply: string): Error {
  const [code] = /^\d{3}/.exec(reply) ?? []
  if (code === undefined) throw new Error(`"${reply}" begins with no code`)
  return Object.assign(new Error(reply.slice(4)), { responseCode: Number(code) })
}
