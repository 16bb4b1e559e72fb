/** Sending mail: what goes over the wire, to whom, how it is protected, and what is tried again within the attempt. */
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { emailChannel } from '../../src/channel/email.ts'
import { plainEmail, renderEmail } from '../../src/channel/email-message.ts'
import { selfSigned, trustedCertificate } from '../../src/stand-in/certificate.ts'
import { startScriptedServer } from '../harness/smtp-script.ts'
import { channelTo, mailServer, sendBy, sendTo } from './mail.ts'
import { message, START } from './messages.ts'

describe('what is sent', () => {
  it('one mail with text and HTML, to one address', async () => {
    const server = await mailServer()
    expect(await sendTo(server)).toEqual({
      outcome: 'delivered',
      status: 250,
      detail: '250 OK: message queued',
      retryAfterMs: null,
    })
    const [received] = server.mails
    const { subject, text, html } = renderEmail(message())
    expect(received).toMatchObject({ from: 'alerts@example.org', to: ['oncall@example.com'] })
    expect(received?.mail).toMatchObject({ subject, attachments: [] })
    expect([received?.mail.text?.trimEnd(), received?.mail.html?.trimEnd()]).toEqual([text.trimEnd(), html.trimEnd()])
  })

  it('headers by which mail readers and servers know it', async () => {
    const server = await mailServer()
    await sendTo(server)
    const headers = server.mails[0]?.mail.headers.map(({ key, value }) => [key, value])
    expect(Object.fromEntries(headers ?? [])).toMatchObject({
      from: '"alert-router" <alerts@example.org>',
      to: 'oncall@example.com',
      'message-id': '<ar-5eed0001-12-3-4711@example.org>',
      'in-reply-to': '<ar-5eed0001-12-3@example.org>',
      references: '<ar-5eed0001-12-3@example.org>',
      date: 'Fri, 20 Nov 2026 14:02:06 +0000',
      'auto-submitted': 'auto-generated',
      'x-auto-response-suppress': 'All',
      'list-id': 'payments alerts <payments.alert-router.example.org>',
    })
  })

  it('the same Message-ID at each attempt, the same thread for each message of a group life', async () => {
    const server = await mailServer()
    await sendTo(server)
    await sendTo(server, { message: message({ sentAt: START + 60_000, possibleRepeat: true }) })
    await sendTo(server, { message: message({ notificationId: 4712, idempotencyKey: 'ar-5eed0001-12-3-4712' }) })
    const mails = server.mails.map(({ mail }) => mail)
    expect(mails[1]?.messageId).toBe(mails[0]?.messageId)
    expect(mails[2]?.messageId).not.toBe(mails[0]?.messageId)
    expect(new Set(mails.map(({ references }) => references)).size).toBe(1)
  })

  it('and the server is told goodbye', async () => {
    const { port, heard } = await startScriptedServer({ RCPT: '550 5.1.1 no' })
    await sendTo({ port })
    const words = () => heard.map((line) => line.split(' ')[0])
    await vi.waitFor(() => expect(words()).toEqual(['EHLO', 'MAIL', 'RCPT', 'QUIT']))
  })
})

describe('the address', () => {
  it.each([
    'b@x.io\r\nRCPT TO:<evil@x.io>',
    'b@x.io\nRCPT TO:<evil@x.io>',
    'b@x.io>\r\nRCPT TO:<evil@x.io',
    'b@x.io, evil@x.io',
    'b@x.io;evil@x.io',
    'Bob <b@x.io>',
    '<b@x.io>',
    'b@x.io (bob)',
    '"b c"@x.io',
    '"b\\r\\n"@x.io',
    'group: b@x.io;',
    'b@x.io ORCPT=rfc822;evil@x.io',
    '@evil.io:b@x.io',
    'b%evil.io@x.io',
    'evil.io!b@x.io',
    '|/bin/sh@x.io',
    '-oQ/tmp@x.io',
    'b@[127.0.0.1]',
    'b@x..io',
    'b@-x.io',
    'b..c@x.io',
    '.b@x.io',
    'b@x.io.',
    'b@xn--.io\u0000',
    'bücher@x.io',
    'b@bücher.example',
    'b@x.io\u200b',
    ' b@x.io',
    'b',
    '@x.io',
    'b@',
    '',
    `${'b'.repeat(65)}@x.io`,
    `b@${'x'.repeat(64)}.io`,
    `b@${'x.'.repeat(126)}io`,
  ])('%j is not written to', async (to) => {
    const { port, heard } = await startScriptedServer({})
    expect(await sendTo({ port }, { to })).toMatchObject({ outcome: 'permanent', about: 'destination', status: null })
    expect(heard).toEqual([])
  })

  it.each([
    ['a@b', 'a@b'],
    ["o'neil+alerts@Sub.Example.ORG", "o'neil+alerts@sub.example.org"],
    ['first.last_1-2@xn--bcher-kva.example', 'first.last_1-2@xn--bcher-kva.example'],
    [`${'b'.repeat(64)}@x.io`, `${'b'.repeat(64)}@x.io`],
  ])('%s is', async (to, written) => {
    const { port, heard } = await startScriptedServer({})
    expect(await sendTo({ port }, { to })).toMatchObject({ outcome: 'delivered' })
    expect(heard.filter((line) => line.startsWith('RCPT'))).toEqual([`RCPT TO:<${written}>`])
  })

  it('of a domain that is not of MAIL_DOMAINS is not written to', async () => {
    const { port, heard } = await startScriptedServer({})
    const domains = ['example.org', 'example.com']
    expect(await sendTo({ port }, { to: 'b@evil.example', domains })).toEqual({
      outcome: 'permanent',
      status: null,
      detail: 'the domain of this address is not one of MAIL_DOMAINS: the operator can add it',
      retryAfterMs: null,
      about: 'destination',
    })
    expect(await sendTo({ port }, { to: 'b@sub.example.org', domains })).toMatchObject({ about: 'destination' })
    expect(heard).toEqual([])
    expect(await sendTo({ port }, { to: 'b@Example.org', domains })).toMatchObject({ outcome: 'delivered' })
  })
})

describe('the way to the server', () => {
  const login = { user: 'alerts', password: 'p@ss:w/rd 100%' }
  const credentials = 'alerts:p%40ss%3Aw%2Frd%20100%25'

  it('STARTTLS, then the login', async () => {
    const server = await mailServer({ tls: trustedCertificate(), login })
    expect(await sendBy(`smtp://${credentials}@localhost:${server.port}?tls=starttls`)).toMatchObject({
      outcome: 'delivered',
    })
  })

  it('TLS at once, then the login', async () => {
    const server = await mailServer({ tls: { ...trustedCertificate(), implicit: true }, login })
    expect(await sendBy(`smtps://${credentials}@127.0.0.1:${server.port}`)).toMatchObject({ outcome: 'delivered' })
  })

  it.each(['smtp', 'smtps'])('%s: no mail through a certificate that nobody vouches for', async (scheme) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    onTestFinished(() => void vi.unstubAllEnvs())
    const server = await mailServer({ tls: { ...selfSigned(), implicit: scheme === 'smtps' } })
    const query = scheme === 'smtp' ? '?tls=starttls' : ''
    const receipt = await sendBy(`${scheme}://localhost:${server.port}${query}`)
    expect(receipt).toMatchObject({ outcome: 'transient', status: null })
    expect(receipt.detail).toMatch(/^no verified TLS with the mail server of SMTP_URL; .*self-signed certificate/)
    expect(server.mails).toEqual([])
  })

  it('no mail in the clear when TLS is wanted and not offered', async () => {
    const server = await mailServer()
    const receipt = await sendBy(`smtp://localhost:${server.port}?tls=starttls`)
    expect(receipt).toMatchObject({ outcome: 'transient', status: 500, retryAfterMs: null })
    expect(receipt.detail).toMatch(/^no verified TLS with the mail server of SMTP_URL; it must offer STARTTLS/)
    expect(server.mails).toEqual([])
  })

  it('no SMTP_URL: the mail waits, as for a missing secret', async () => {
    const channel = emailChannel({ server: null, from: null, domains: null })
    const endpoint = { address: 'b@x.io', secret: null, host: null }
    expect(await channel.send(message(), endpoint, AbortSignal.timeout(1_000))).toEqual({
      outcome: 'transient',
      status: null,
      detail: 'SMTP_URL is not set: the operator names the mail server by SMTP_URL and SMTP_FROM',
      retryAfterMs: null,
    })
  })
})

describe('when the server refuses the mail itself', () => {
  const short = plainEmail(message())

  it('a short text follows and is delivered', async () => {
    const server = await mailServer({
      reply: (stage, _, received) => (stage === 'dot' && received?.mail.html ? '554 5.6.1 No HTML here' : null),
    })
    const receipt = await sendTo(server)
    expect(receipt).toMatchObject({ outcome: 'delivered', status: 250 })
    expect(receipt.detail).toContain('(as a short text, after: 554 5.6.1 No HTML here)')
    expect(server.mails.map(({ mail }) => mail.html === undefined)).toEqual([false, true])
    const { subject, text, messageId } = server.mails[1]?.mail ?? {}
    expect({ subject, text: text?.trimEnd() }).toEqual({ subject: short.subject, text: short.text.trimEnd() })
    expect(messageId).toBe(server.mails[0]?.mail.messageId)
  })

  it('so too when its announced size is too small for the long one', async () => {
    const server = await mailServer({ size: 1_500 })
    const receipt = await sendTo(server)
    expect(receipt).toMatchObject({ outcome: 'delivered' })
    expect(receipt.detail).toContain('Message size larger than allowed 1500')
    expect(server.mails.map(({ mail }) => mail.subject)).toEqual([short.subject])
  })

  it('and the short one too: permanent, about the payload, tried once more only', async () => {
    const server = await mailServer({ reply: (stage) => (stage === 'dot' ? '552 5.3.4 Too big' : null) })
    expect(await sendTo(server)).toMatchObject({ outcome: 'permanent', about: 'payload', status: 552 })
    expect(server.mails).toHaveLength(2)
  })

  it('and the short one gets no answer: unknown', async () => {
    const server = await mailServer({
      reply: (stage, _, received) => (stage !== 'dot' ? null : received?.mail.html ? '552 5.3.4 Too big' : 'drop'),
    })
    expect(await sendTo(server)).toMatchObject({ outcome: 'unknown', status: null })
  })
})

describe('many at once', () => {
  it.each(['', '220 here'])('an attempt that gets no answer leaves no connection behind (%j)', async (greeting) => {
    let open = 0
    const server = createServer((socket) => {
      open += 1
      socket.on('error', () => {})
      socket.on('close', () => {
        open -= 1
      })
      socket.resume()
      socket.write(greeting)
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    onTestFinished(() => void server.close())
    const attempts = Array.from({ length: 20 }, () => sendTo(server.address() as AddressInfo, { timeoutMs: 40 }))
    await Promise.all(attempts)
    await vi.waitFor(() => expect(open).toBe(0), { timeout: 5_000 })
  })

  it('three connections; who gets no turn in time was not sent, and leaves the line', async () => {
    const { port, connections } = await startScriptedServer({ connect: '' })
    const channel = channelTo(`smtp://127.0.0.1:${port}`)
    const send = (to: string, signal: AbortSignal) =>
      channel.send(message(), { address: to, secret: null, host: null }, signal)
    const signal = AbortSignal.timeout(150)
    const receipts = await Promise.all([1, 2, 3, 4, 5].map((n) => send(`b${n}@x.io`, signal)))
    expect(receipts.map(({ outcome, detail }) => [outcome, detail])).toEqual([
      ...Array(3).fill(['transient', 'not sent: timed out']),
      ...Array(2).fill(['transient', 'not sent: timed out, as 3 other mails were being sent']),
    ])
    expect(connections()).toBe(3)
    expect(await send('b6@x.io', AbortSignal.timeout(50))).toMatchObject({ detail: 'not sent: timed out' })
    expect(connections()).toBe(4)
  })
})
