/** The story's mailboxes met by a plain mail client: what they take, what they refuse, and what they find fault with. */
import { createTransport } from 'nodemailer'
import { expect, it, onTestFinished } from 'vitest'
import { MailServer } from './mailbox.ts'

async function mail() {
  const server = await MailServer.start(['a@x.io', 'b@x.io'], () => 0)
  onTestFinished(() => server.close())
  const send = (changes: object = {}) =>
    createTransport(server.url).sendMail({
      from: 'alerts@example.org',
      to: 'a@x.io',
      subject: 'one',
      text: 'words',
      html: '<p>words</p>',
      ...changes,
    })
  const [a, b] = server.mailboxes
  if (a === undefined || b === undefined) throw new Error('two mailboxes were asked for')
  return { server, send, a, b }
}

it('takes mails, each in its own box, in order', async () => {
  const { send, a, b } = await mail()
  await send()
  await send({ to: 'b@x.io', subject: 'two' })
  expect(a.expect('To: a@x.io', 'Subject: one', /^words$/m).mail.html).toContain('<p>words</p>')
  b.expect('Subject: two')
  a.expectNothing()
  b.expectNothing()
  expect([...a.faults, ...b.faults]).toEqual([])
})

it('refuses at the stage it is told to, for one address only', async () => {
  const { send, a, b } = await mail()
  a.answer('450 4.7.1 Greylisted')
  await expect(send()).rejects.toMatchObject({ responseCode: 450, command: 'RCPT TO' })
  a.answer('552 5.3.4 Too big', 'dot')
  await expect(send()).rejects.toMatchObject({ responseCode: 552, command: 'DATA' })
  await send({ to: 'b@x.io' })
  await expect(send({ to: 'nobody@x.io' })).rejects.toMatchObject({ responseCode: 550 })
  a.expectNothing()
  b.expect('one')
  await a.recover()
  await send()
  a.expect('one')
})

it('shows a mail that it took before it broke off, but none that it left without an answer', async () => {
  const { server, send, a } = await mail()
  a.reset()
  await expect(send()).rejects.toThrow(/ECONNRESET|closed/)
  a.expect('one')
  a.hang()
  const lost = send()
  await a.activity()
  expect(a.holds).toBe(true)
  await server.close()
  await expect(lost).rejects.toThrow()
  await a.abandoned()
  a.expectNothing()
  await a.recover()
  await send()
  a.expect('one')
})

it.each([
  ['more recipients than one', { cc: 'b@x.io' }, /^sent to a@x\.io,b@x\.io/],
  [
    'another address in the header',
    { envelope: { from: 'alerts@example.org', to: 'a@x.io' }, to: 'c@x.io' },
    /^sent to/,
  ],
  ['another sender in the header', { envelope: { from: 'x@example.org', to: 'a@x.io' } }, /^sent by x@example\.org/],
  ['text alone', { html: undefined }, /HTML is missing/],
  ['a picture from elsewhere', { html: '<img src="https://evil.example/">' }, /^HTML that fetches/],
  ['a script', { html: '<SCRIPT>x</SCRIPT>' }, /^HTML that fetches or runs/],
])('finds fault with %s', async (_, changes, fault) => {
  const { send, a, b } = await mail()
  await send(changes)
  expect([...a.faults, ...b.faults]).toEqual([expect.stringMatching(fault)])
})
