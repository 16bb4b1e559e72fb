/** How many large bodies are read at once, and what becomes of their share. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { boundBodies } from '../../src/http/body-budget.ts'
import { testApp } from './test-app.ts'

const MIB = 1024 * 1024

/** 2 MiB together; requests to /hold wait until `release`. */
async function listening() {
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const { app } = testApp((scope) => {
    boundBodies(scope, 2 * MIB)
    scope.post('/hold', { config: { policy: 'open' }, bodyLimit: 4 * MIB }, async () => {
      await held
      return 'kept'
    })
    scope.post('/now', { config: { policy: 'open' }, bodyLimit: 4 * MIB }, () => 'kept')
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.addresses()[0] as { port: number }
  const post = (path: string, length: number) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify('x'.repeat(length - 2)),
    })
  const begun = async (path: string, length: number) => {
    const begin = once(app.server, 'request')
    const answer = post(path, length)
    await begin
    return { answer }
  }
  return { app, port, post, begun, release }
}

it('refuses with 503 what would be too much beside the others, until they are answered', async () => {
  const { post, begun, release } = await listening()
  const { answer } = await begun('/hold', MIB)
  expect((await post('/now', MIB)).status).toBe(200)
  const refused = await post('/now', MIB + 1)
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({
    error: { code: 'unavailable', message: expect.stringMatching(/again/) },
  })
  release()
  expect((await answer).status).toBe(200)
  expect((await post('/now', MIB + 1)).status).toBe(200)
})

it('takes any body that is alone', async () => {
  const { post } = await listening()
  expect((await post('/now', 3 * MIB)).status).toBe(200)
})

it.each(['Content-Length: 1048576', 'Transfer-Encoding: chunked'])(
  'gives back the share of a body that breaks off (%s)',
  async (header) => {
    const { app, port, post } = await listening()
    const begin = once(app.server, 'request')
    const socket = connect(port, '127.0.0.1')
    socket.write(`POST /now HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${header}\r\n\r\n`)
    const [, response] = await begin
    expect((await post('/now', MIB + 1)).status).toBe(503)
    const gone = once(response, 'close')
    socket.resetAndDestroy()
    await gone
    expect((await post('/now', 2 * MIB)).status).toBe(200)
  },
)
