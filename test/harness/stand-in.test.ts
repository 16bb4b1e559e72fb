/** Every way in which a stand-in can work or fail, met by a plain fetch. */
import { expect, it, onTestFinished } from 'vitest'
import { slackFault, startSlackStandIn } from './slack-stand-in.ts'

async function slack() {
  const standIn = await startSlackStandIn('payments', () => 0)
  onTestFinished(() => standIn.close())
  const post = (text: string, signal?: AbortSignal) =>
    fetch(standIn.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
      ...(signal ? { signal } : {}),
    })
  return { standIn, post }
}

it('answers ok, and hands the messages out in order', async () => {
  const { standIn, post } = await slack()
  const response = await post('*one*')
  expect([response.status, await response.text()]).toEqual([200, 'ok'])
  await post('two')
  expect(standIn.expect(/^one$/).payload).toEqual({ text: '*one*' })
  standIn.expect('two')
  standIn.expectNothing()
})

it('says what came instead, and what came too much', async () => {
  const { standIn, post } = await slack()
  expect(() => standIn.expect(/ModelDown/)).toThrow(/no message to match \/ModelDown\/\n.*no request at all/)
  await post('something else')
  expect(() => standIn.expectNothing()).toThrow(/should have got nothing, but got:\n {2}\| something else/)
  expect(() => standIn.expect(/ModelDown/)).toThrow(/does not match \/ModelDown\/. It reads:\n {2}\| something else/)
})

it('answers what it is told, and 429 with Retry-After, showing nobody anything', async () => {
  const { standIn, post } = await slack()
  standIn.answer({ status: 404, body: 'no_service' })
  const gone = await post('x')
  expect([gone.status, await gone.text()]).toEqual([404, 'no_service'])
  standIn.rateLimit(30)
  const limited = await post('x')
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '30'])
  standIn.expectNothing()
  await standIn.recover()
  await post('again')
  standIn.expect('again')
})

it('refuses connections and comes back on the same port', async () => {
  const { standIn, post } = await slack()
  await standIn.refuse()
  await expect(post('x')).rejects.toThrow(
    expect.objectContaining({ cause: expect.objectContaining({ code: 'ECONNREFUSED' }) }),
  )
  await standIn.recover()
  await post('y')
  standIn.expect('y')
})

it('resets after it took the message', async () => {
  const { standIn, post } = await slack()
  standIn.reset()
  await expect(post('seen')).rejects.toThrow()
  standIn.expect('seen')
})

it('hangs until the sender gives up', async () => {
  const { standIn, post } = await slack()
  standIn.hang()
  const giveUp = new AbortController()
  const sent = post('x', giveUp.signal)
  await standIn.activity()
  expect(standIn.holds).toBe(true)
  giveUp.abort()
  await expect(sent).rejects.toThrow(/abort/)
  standIn.expectNothing()
})

it.each([
  ['a form', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'payload={}' }, /not JSON/],
  ['no text', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }, /no_text/],
  ['a GET', { method: 'GET', headers: {}, body: '' }, /POST/],
  [
    'a long header',
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] }),
    },
    /header too long/,
  ],
])('finds fault with %s', (_, request, fault) => {
  expect(slackFault({ path: '/', ...request })).toMatch(fault)
})
