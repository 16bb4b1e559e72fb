/** What a log line never holds. */
import { describe, expect, it } from 'vitest'
import { createLogger } from '../src/log.ts'

const SECRET = 'canary/"0123456789\\+*'

function logged(write: (log: ReturnType<typeof createLogger>) => void, level: 'info' | 'silent' = 'info'): string {
  const lines: string[] = []
  write(createLogger({ level, secrets: [SECRET, ''], destination: { write: (line) => lines.push(line) } }))
  return lines.join('')
}

describe('createLogger', () => {
  it('writes JSON lines with level, time and message', () => {
    const line = logged((log) => log.info({ url: 'x' }, 'two\nlines'))
    expect(line.split('\n')).toHaveLength(2)
    expect(JSON.parse(line)).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      url: 'x',
      msg: 'two\nlines',
    })
  })

  it('writes nothing when silent', () => {
    expect(logged((log) => log.fatal('x'), 'silent')).toBe('')
  })

  it.each([
    ['in a message', (log) => log.error(`token ${SECRET} was refused`)],
    ['in a field', (log) => log.error({ deep: { list: [SECRET] } })],
    ['in an error and its cause', (log) => log.error({ err: new Error(`a ${SECRET}`, { cause: new Error(SECRET) }) })],
    ['in an Authorization header', (log) => log.info({ req: { headers: { authorization: 'canary' } } })],
    ['in a cookie', (log) => log.info({ headers: { cookie: 'canary' } })],
    ['under the key token', (log) => log.info({ token: 'canary', destination: { secret: 'canary' } })],
    ['after Bearer', (log) => log.info('sent Authorization: Bearer canary-0123')],
    ['in a query', (log) => log.warn({ url: `/api/v1/alerts?token=ar_12_${'canary-'.repeat(7).slice(0, 43)}` })],
    ['in a Slack URL', (log) => log.info('POST https://hooks.slack.com/services/T0canary/B0canary/canary failed')],
    ['in a Slack URL', (log) => log.info({ err: new Error('https://hooks.slack-gov.com/triggers/T0canary/1/canary') })],
    ['in a Slack URL', (log) => log.info({ url: 'HTTPS://HOOKS.SLACK.COM/workflows/canary' })],
  ] satisfies [string, (log: ReturnType<typeof createLogger>) => void][])('hides a secret %s', (_where, write) => {
    const line = logged(write)
    expect(line).toContain('[redacted]')
    expect(line).not.toContain('canary')
    expect(() => JSON.parse(line)).not.toThrow()
  })
})
