/** The outbound heartbeat: when it is sent, what it makes of answers, and that its URL stays a secret. */
import { describe, expect, it } from 'vitest'
import { SendError } from '../../src/channel/send-error.ts'
import { parseHeartbeatUrl, plainHttp } from '../../src/heartbeat/outside.ts'
import { type PingResult, pingWatcher } from '../../src/heartbeat/ping.ts'
import { FakeClock } from '../harness/clock.ts'

const URL_IN_USE = 'https://beats.test/ping/s3cret'

function desk(answer: (signal: AbortSignal | undefined) => Promise<Response>) {
  const clock = new FakeClock()
  const seen = { asked: [] as string[], results: [] as PingResult[], lines: [] as string[] }
  const line = (level: string) => (details: unknown, message?: string) =>
    seen.lines.push(
      `${level} ${typeof details === 'string' ? details : `${message}: ${(details as { why: string }).why}`}`,
    )
  const state = { whyNot: null as string | null }
  const { run } = pingWatcher({
    url: URL_IN_USE,
    everyMs: 60_000,
    fetch: (url, options) => {
      seen.asked.push(`${options?.method ?? 'GET'} ${String(url)}`)
      return answer(options?.signal)
    },
    clock,
    whyNot: () => state.whyNot,
    log: { info: line('info'), warn: line('warn') } as never,
    onResult: (result) => seen.results.push(result),
  })
  return { clock, seen, state, run, pass: (ms: number) => clock.advance(ms, async () => {}) }
}

const ok = async () => new Response('fine')

describe('the outbound heartbeat', () => {
  it('is a GET each time it is due, and never in between', async () => {
    const { clock, seen, run, pass } = desk(ok)
    const next = await run()
    expect(next).toBe(clock.now() + 60_000)
    await pass(59_999)
    expect(await run()).toBe(next)
    expect(seen.asked).toEqual([`GET ${URL_IN_USE}`])
    await pass(1)
    await run()
    expect(seen).toEqual({ asked: Array(2).fill(`GET ${URL_IN_USE}`), results: ['ok', 'ok'], lines: [] })
  })

  it('is withheld while something is wrong, said once, and looked at again soon', async () => {
    const { clock, seen, state, run, pass } = desk(ok)
    state.whyNot = 'no Watchdog'
    for (let n = 0; n < 3; n++) {
      expect(await run()).toBe(clock.now() + 10_000)
      await pass(10_000)
    }
    state.whyNot = 'no audit'
    await run()
    state.whyNot = null
    await pass(10_000)
    await run()
    expect(seen.results).toEqual(['withheld', 'withheld', 'withheld', 'withheld', 'ok'])
    expect(seen.asked).toHaveLength(1)
    expect(seen.lines).toEqual([
      'warn the outbound heartbeat is withheld: no Watchdog',
      'warn the outbound heartbeat is withheld: no audit',
      'info the outbound heartbeat is sent again',
    ])
  })

  it.each<[string, (signal: AbortSignal | undefined) => Promise<Response>, string]>([
    ['an error', async () => new Response('no such check', { status: 404 }), 'it was answered with status 404'],
    ['a redirect', async () => new Response(null, { status: 302 }), 'it was answered with status 302'],
    ['no connection', () => Promise.reject(new SendError('unsent', 'not sent: refused')), 'not sent: refused'],
  ])('%s is a line in the log, and tried again at its next time', async (_, answer, why) => {
    const { clock, seen, run } = desk(answer)
    expect(await run()).toBe(clock.now() + 60_000)
    expect(seen.results).toEqual(['failed'])
    expect(seen.lines).toEqual([`warn the outbound heartbeat did not arrive: ${why}`])
  })

  it('waits 10 s for an answer, and leaves no timer behind', async () => {
    const { clock, seen, run, pass } = desk((signal) => {
      const { promise, reject } = Promise.withResolvers<Response>()
      signal?.addEventListener('abort', () => reject(signal.reason))
      return promise
    })
    const running = run()
    await pass(10_000)
    await running
    expect(seen.lines).toEqual(['warn the outbound heartbeat did not arrive: no answer within 10 s'])
    expect(clock.pending()).toEqual([])
  })
})

describe('its URL', () => {
  it.each([
    ['https://beats.test/ping/s3cret', null],
    [' https://beats.test:8443/?id=s3cret\n', null],
    ['http://127.0.0.1:9099/s3cret', { host: '127.0.0.1', port: 9099 }],
    ['http://beats.test/s3cret', { host: 'beats.test', port: 80 }],
  ])('%j can be asked', (text, plain) => {
    expect(plainHttp(parseHeartbeatUrl(text))).toEqual(plain)
  })

  it.each([
    's3cret',
    '/ping/s3cret',
    'ftp://beats.test/s3cret',
    'https://me:s3cret@beats.test/',
    'https://s3cret@b.test',
  ])('%j cannot, and is not shown', (text) => {
    const message = (() => {
      try {
        return parseHeartbeatUrl(text)
      } catch (error) {
        return (error as Error).message
      }
    })()
    expect(message).toMatch(/^(is not a URL|has a user or a password)/)
    expect(message).not.toContain('s3cret')
  })
})
