/** What Prometheus answers, also when it is not Prometheus, and whatever its labels hold. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { openPrometheus } from '../../src/stack/prometheus-api.ts'
import { answer, startStandIn } from '../../src/stand-in/stand-in.ts'

/** Names that want to move the cursor, colour the screen, or be something else. */
const hostile = ['\u001b[2J\u001b[31mred', 'two\r\nlines', '\u202eright to left', '<!channel>', '', 'a'.repeat(300)]

async function answering(status: number, body: unknown) {
  const asked: string[] = []
  const standIn = await startStandIn(({ path }, response) => {
    asked.push(path)
    answer(response, status, typeof body === 'string' ? body : JSON.stringify(body))
  })
  onTestFinished(() => standIn.close())
  return { asked, prometheus: openPrometheus(standIn.url) }
}

const vector = (...result: unknown[]) => ({ status: 'success', data: { resultType: 'vector', result } })

describe('a query', () => {
  it.each([
    ['1.5', 1.5],
    ['0', 0],
    ['NaN', Number.NaN],
    ['+Inf', Number.POSITIVE_INFINITY],
    ['-Inf', Number.NEGATIVE_INFINITY],
    ['1e-07', 1e-7],
    ['', Number.NaN],
  ])('reads the value %s', async (written, value) => {
    const { prometheus } = await answering(200, vector({ metric: { a: 'b' }, value: [1_700_000_000, written] }))
    expect((await prometheus.query('x')).samples).toEqual([{ labels: { a: 'b' }, value }])
  })

  it('may have no answer, which is no error', async () => {
    const { prometheus } = await answering(200, vector())
    expect(await prometheus.query('x')).toEqual({ samples: [], warnings: [] })
  })

  it('is sent as it is', async () => {
    const { prometheus, asked } = await answering(200, vector())
    await prometheus.query('sum(x{a="b&c+d"}) > 1')
    expect(new URL(asked[0] ?? '', 'http://x').searchParams.get('query')).toBe('sum(x{a="b&c+d"}) > 1')
  })

  it('keeps hostile labels as data', async () => {
    const labels = Object.fromEntries(hostile.map((text, n) => [`l${n}`, text]))
    const metric = JSON.parse(JSON.stringify({ ...labels, x: 1 }).replace('"x"', '"__proto__"'))
    const { prometheus } = await answering(200, vector({ metric, value: [0, '1'] }))
    const [sample] = (await prometheus.query('x')).samples
    expect(sample?.labels).toMatchObject(labels)
    expect(Object.getPrototypeOf(sample?.labels)).toBe(Object.prototype)
  })

  it('hands warnings on', async () => {
    const { prometheus } = await answering(200, { ...vector(), warnings: ['remote read timed out'] })
    expect((await prometheus.query('x')).warnings).toEqual(['remote read timed out'])
  })

  it.each([
    ['an error', 400, { status: 'error', error: 'parse error at char 3' }, /refused a question \(400\): parse error/],
    ['a page of a proxy', 502, '<html>Bad gateway</html>', /answered 502, but not as Prometheus does/],
    [
      'another kind of value',
      200,
      { status: 'success', data: { resultType: 'matrix' } },
      /is a matrix, not an instant/,
    ],
    ['nothing', 200, '', /not as Prometheus does/],
    ['a list', 200, [], /not as Prometheus does/],
  ])('rejects %s', async (_what, status, body, says) => {
    const { prometheus } = await answering(status, body)
    await expect(prometheus.query('x')).rejects.toThrow(says)
  })

  it('says what to do where nobody answers', async () => {
    await expect(openPrometheus('http://127.0.0.1:1').query('x')).rejects.toThrow(/Start it .* PROMETHEUS_URL/)
  })
})

describe('alerts and rules', () => {
  it('are read; what is no alert is left out', async () => {
    const alert = { labels: { alertname: 'A' }, annotations: { summary: 's' }, activeAt: '2026-11-21T12:00:00.5Z' }
    const { prometheus } = await answering(200, {
      status: 'success',
      data: { alerts: [{ ...alert, state: 'firing' }, { ...alert, state: 'pending' }, { ...alert, state: '?' }, 7] },
    })
    expect(await prometheus.alerts()).toEqual(
      ['firing', 'pending'].map((state) => ({ ...alert, state, activeAt: Date.parse(alert.activeAt) })),
    )
  })

  it('of both kinds are read', async () => {
    const { prometheus } = await answering(200, {
      status: 'success',
      data: {
        groups: [
          {
            rules: [
              {
                type: 'alerting',
                name: 'A',
                query: 'x > 1',
                duration: 90,
                labels: { severity: 'info' },
                lastError: 'e',
              },
              { type: 'recording', name: 'a:b', query: 'sum(x)' },
            ],
          },
        ],
      },
    })
    expect(await prometheus.rules()).toEqual([
      { name: 'A', type: 'alerting', severity: 'info', query: 'x > 1', forSeconds: 90, lastError: 'e' },
      { name: 'a:b', type: 'recording', severity: '', query: 'sum(x)', forSeconds: 0, lastError: '' },
    ])
  })
})
