/** Every answer that a mail server can give, at every stage, and every way to give none. */
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Receipt } from '../../src/channel/channel.ts'
import { type Script, startScriptedServer } from '../harness/smtp-script.ts'
import { mailServer, sendBy, sendTo } from './mail.ts'

type Verdict = Pick<Receipt, 'outcome'> & Partial<Receipt>

const delivered = { outcome: 'delivered' } as const
const later = { outcome: 'transient' } as const
const inAMinute = { outcome: 'transient', retryAfterMs: 60_000 } as const
const dead = { outcome: 'permanent', about: 'destination' } as const
const disliked = { outcome: 'permanent', about: 'payload' } as const
const unknown = { outcome: 'unknown', status: null } as const

function answersAreClassified(rows: readonly (readonly [string, Script, Verdict])[]): void {
  it.each(rows)('%s', async (_, script, verdict) => {
    const receipt = await sendTo(await startScriptedServer(script))
    expect(receipt).toMatchObject({ retryAfterMs: null, ...verdict })
    expect(receipt.about).toBe(verdict.about)
  })
}

describe('the mail is taken', () => {
  answersAreClassified([
    [
      '250',
      { '.': '250 2.0.0 Ok: queued as 4F2' },
      { ...delivered, status: 250, detail: '250 2.0.0 Ok: queued as 4F2' },
    ],
    ['250 in several lines', { '.': '250-2.0.0 Ok\r\n250 queued' }, { ...delivered, status: 250 }],
    ['251 for the recipient: it is forwarded', { RCPT: '251 User not local; will forward' }, delivered],
  ])
})

describe('4yz: not now', () => {
  answersAreClassified([
    ['421 to the recipient', { RCPT: '421 4.3.2 Closing' }, { ...later, status: 421 }],
    ['421 to DATA', { DATA: '421 4.3.2 Closing' }, { ...later, status: 421 }],
    ['421 to the mail', { '.': '421 4.3.2 Closing' }, { ...later, status: 421 }],
    [
      '432 too many connections',
      { RCPT: '432 4.3.2 Concurrent connections limit exceeded' },
      { ...later, status: 432 },
    ],
    ['450 greylisting', { RCPT: '450 4.2.0 Greylisted, try again later' }, { ...inAMinute, status: 450 }],
    ['450 without an enhanced code', { RCPT: '450 try later' }, { ...inAMinute, status: 450 }],
    ['451 greylisting', { RCPT: '451 4.7.1 Greylisting in action' }, { ...inAMinute, status: 451 }],
    ['451 to the mail', { '.': '451 4.3.0 Error in processing' }, { ...inAMinute, status: 451 }],
    ['421 with a policy that wants us to wait', { '.': '421 4.7.0 Unusual rate' }, { ...inAMinute, status: 421 }],
    ['452 mailbox full, for now', { RCPT: '452 4.2.2 The mailbox is over quota' }, { ...later, status: 452 }],
    ['454', { RCPT: '454 4.1.0 Relaying temporarily denied' }, { ...later, status: 454 }],
    ['499', { RCPT: '499 whatever' }, { ...later, status: 499 }],
  ])
})

describe('5yz: not this recipient', () => {
  answersAreClassified([
    ['550 5.1.1 no such user', { RCPT: '550 5.1.1 User unknown' }, { ...dead, status: 550 }],
    ['550 5.1.1 in several lines', { RCPT: '550-5.1.1 The account\r\n550 5.1.1 does not exist' }, dead],
    ['550 5.1.2 no such domain', { RCPT: '550 5.1.2 Bad destination system' }, dead],
    ['550 5.1.10', { RCPT: '550 5.1.10 Recipient not found' }, dead],
    ['553 5.1.3 bad syntax', { RCPT: '553 5.1.3 Bad recipient address syntax' }, { ...dead, status: 553 }],
    ['550 without an enhanced code', { RCPT: '550 no' }, dead],
    ['551', { RCPT: '551 User not local' }, dead],
    ['550 5.2.1 mailbox disabled', { RCPT: '550 5.2.1 Mailbox disabled' }, dead],
    ['552 5.2.2 mailbox full', { RCPT: '552 5.2.2 Mailbox full' }, { ...dead, status: 552 }],
    ['550 5.4.1', { RCPT: '550 5.4.1 Recipient address rejected: Access denied' }, dead],
    ['550 5.7.1 policy', { RCPT: '550 5.7.1 Relaying denied' }, dead],
    ['554 5.7.1 policy, to the mail', { '.': '554 5.7.1 Message refused by policy' }, dead],
    ['550 5.7.26 no SPF or DKIM, to the mail', { '.': '550 5.7.26 Unauthenticated' }, dead],
    ['550 5.1.1 to the mail', { '.': '550 5.1.1 User unknown' }, dead],
    ['554 to DATA', { DATA: '554 5.3.2 Not accepting mail' }, dead],
    ['503 is about the order of commands', { RCPT: '503 5.5.1 Bad sequence' }, { ...later, status: 503 }],
  ])
})

describe('5yz: not this mail, which is then tried as a short text', () => {
  answersAreClassified([
    ['552 size', { '.': '552 Message exceeds fixed maximum message size' }, { ...disliked, status: 552 }],
    ['552 5.3.4 size', { '.': '552 5.3.4 Message too big' }, disliked],
    ['552 5.3.4 size, told the sender', { MAIL: '552 5.3.4 Message size exceeds limit' }, disliked],
    ['550 5.2.3 size, of this mailbox', { '.': '550 5.2.3 Message too large for this recipient' }, disliked],
    ['554 5.6.0 content', { '.': '554 5.6.0 Message content rejected' }, { ...disliked, status: 554 }],
    ['554 without an enhanced code, to the mail', { '.': '554 Transaction failed' }, disliked],
    ['501 5.5.2 syntax', { RCPT: '501 5.5.2 Syntax error' }, { ...disliked, status: 501 }],
  ])
})

describe('what is about the server or about us waits until the operator has mended it', () => {
  answersAreClassified([
    ['554 greeting', { connect: '554 No SMTP service here' }, { ...later, status: 554 }],
    ['421 greeting', { connect: '421 Too busy' }, { ...later, status: 421 }],
    ['a greeting that is not SMTP', { connect: 'HTTP/1.1 400 Bad Request' }, { ...later, status: null }],
    ['no EHLO and no HELO', { EHLO: '502 no', HELO: '502 no' }, { ...later, status: 502 }],
    [
      'the sender is refused',
      { MAIL: '553 5.7.1 Sender address rejected: not owned by user' },
      {
        ...later,
        status: 553,
        detail: 'the mail server refused the sender SMTP_FROM: 553 5.7.1 Sender address rejected: not owned by user',
      },
    ],
    [
      'STARTTLS is wanted',
      { MAIL: '530 5.7.0 Must issue a STARTTLS command first' },
      {
        ...later,
        status: 530,
        detail:
          'the mail server wants TLS first; write ?tls=starttls at the end of SMTP_URL: 530 5.7.0 Must issue a STARTTLS command first',
      },
    ],
  ])

  it('535: no account is locked by trying again at once', async () => {
    const { port } = await startScriptedServer({
      EHLO: '250-here\r\n250 AUTH PLAIN',
      AUTH: '535 5.7.8 Bad credentials',
    })
    expect(await sendBy(`smtp://me:secret@127.0.0.1:${port}`)).toEqual({
      outcome: 'transient',
      status: 535,
      detail: 'the mail server refused the user and password of SMTP_URL: 535 5.7.8 Bad credentials',
      retryAfterMs: 60_000,
    })
  })

  it('a login is never left out, though the server does not ask for it', async () => {
    const { port, heard } = await startScriptedServer({})
    expect(await sendBy(`smtp://me:secret@127.0.0.1:${port}`)).toMatchObject({ outcome: 'transient', status: 500 })
    expect(heard.join()).not.toContain('MAIL')
  })
})

describe('the password stays out of the log', () => {
  const plain = Buffer.from('\0me\0pass"word').toString('base64')

  it.each([
    ['as it is', 'wrong: pass"word', 'wrong: ***'],
    ['as in the URL', 'wrong: pass%22word', 'wrong: ***'],
    ['as it was sent', `AUTH PLAIN ${plain} refused`, 'AUTH PLAIN *** refused'],
    ['in base64', Buffer.from('pass"word').toString('base64'), '***'],
  ])('%s', async (_, answer, shown) => {
    const { port } = await startScriptedServer({ EHLO: '250-here\r\n250 AUTH PLAIN', AUTH: `535 ${answer}` })
    const { detail } = await sendBy(`smtp://me:pass%22word@127.0.0.1:${port}`)
    expect(detail).toBe(`the mail server refused the user and password of SMTP_URL: 535 ${shown}`)
  })

  it('and so does whatever is long or unprintable', async () => {
    const { detail } = await sendTo(await startScriptedServer({ RCPT: `550 a\u0007b\u202e${'ü'.repeat(5_000)}` }))
    expect(detail).toMatch(/^550 a bü+…$/)
    expect(Buffer.byteLength(detail)).toBeLessThanOrEqual(1024)
  })
})

describe('no answer, and nothing was sent', () => {
  it('nobody listens', async () => {
    expect(await sendTo({ port: 1 })).toEqual({
      outcome: 'transient',
      status: null,
      detail: 'not sent: connect ECONNREFUSED 127.0.0.1:1',
      retryAfterMs: null,
    })
  })

  it('a name that does not resolve', async () => {
    const receipt = await sendBy('smtp://mail.invalid:25?tls=off')
    expect(receipt).toMatchObject({ outcome: 'transient', status: null, retryAfterMs: null })
    expect(receipt.detail).toMatch(/^not sent: .*mail\.invalid/)
  })

  it('a server that accepts and says nothing', async () => {
    const server = createServer((socket) => socket.on('error', () => {}))
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    onTestFinished(() => void server.close())
    const receipt = await sendTo(server.address() as AddressInfo, { timeoutMs: 100 })
    expect(receipt).toEqual({ outcome: 'transient', status: null, detail: 'not sent: timed out', retryAfterMs: null })
  })

  answersAreClassified([
    ['the connection ends before the greeting', { connect: '!' }, { ...later, status: null }],
    ['the connection ends at the sender', { MAIL: '!' }, { ...later, status: null }],
    ['the connection ends at the recipient', { RCPT: '!' }, { ...later, status: null }],
    ['the connection ends at DATA', { DATA: '!' }, { ...later, status: null }],
  ])

  it.each(['MAIL', 'RCPT', 'DATA'])('silence after %s', async (word) => {
    const receipt = await sendTo(await startScriptedServer({ [word]: '' }), { timeoutMs: 100 })
    expect(receipt).toEqual({ outcome: 'transient', status: null, detail: 'not sent: timed out', retryAfterMs: null })
  })

  it('an attempt that was over before it began', async () => {
    const { heard, port } = await startScriptedServer({})
    const signal = AbortSignal.abort(new Error('no answer within 10 s'))
    expect(await sendTo({ port }, { signal })).toMatchObject({ outcome: 'transient' })
    expect(heard).toEqual([])
  })
})

describe('no answer after the final dot: nobody knows whether the mail is there', () => {
  answersAreClassified([
    ['the connection ends', { '.': '!' }, unknown],
    ['the connection ends in the middle of the answer', { '.': '2!' }, unknown],
    ['the connection ends before the refusal is complete', { '.': '550 no!' }, unknown],
    ['an answer that is none', { '.': 'hello' }, unknown],
    ['an answer of another kind', { '.': '354 go on' }, unknown],
  ])

  it('silence', async () => {
    const signal = AbortSignal.timeout(150)
    expect(await sendTo(await startScriptedServer({ '.': '' }), { signal })).toEqual({
      outcome: 'unknown',
      status: null,
      detail: 'no answer after the mail was sent: timed out',
      retryAfterMs: null,
    })
  })

  it('the connection is reset', async () => {
    const server = await mailServer({ reply: (stage) => (stage === 'dot' ? 'drop' : null) })
    expect(await sendTo(server)).toMatchObject({ ...unknown, detail: expect.stringContaining('ECONNRESET') })
    expect(server.mails).toHaveLength(1)
  })
})
