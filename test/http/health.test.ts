/** Alive, ready, measured. */
import { describe, expect, it } from 'vitest'
import type { Feature } from '../../src/http/feature.ts'
import { bearer, secrets, testApp } from './test-app.ts'

const nothing: Feature = () => {}

describe('health', () => {
  it('GET /healthz answers anybody', async () => {
    const { app } = testApp(nothing)
    expect((await app.inject('/healthz')).json()).toEqual({ status: 'ok' })
  })

  it('GET /readyz lists what holds', async () => {
    const { app } = testApp(nothing)
    const answer = await app.inject('/readyz')
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { status: 'ok', checks: [{ name: 'store', detail: 'writable' }] },
    ])
  })

  it('GET /readyz is 503 and names what does not hold', async () => {
    const checks = [
      { name: 'store', ok: false, detail: 'disk full' },
      { name: 'migrations', ok: true, detail: '0003' },
    ]
    const { app } = testApp(nothing, { ready: async () => ({ ok: false, checks }) })
    const answer = await app.inject('/readyz')
    expect([answer.statusCode, answer.json().error.message]).toEqual([503, 'Not ready: store (disk full).'])
  })

  it('GET /readyz is 503 when a check throws, and shows nothing of the error', async () => {
    const { app, lines } = testApp(nothing, { ready: () => Promise.reject(new Error('canary')) })
    const answer = await app.inject('/readyz')
    expect(answer.statusCode).toBe(503)
    expect(answer.body).not.toContain('canary')
    expect(JSON.stringify(lines())).toContain('canary')
  })

  it('GET /metrics needs the read token', async () => {
    const { app } = testApp(nothing)
    expect((await app.inject('/metrics')).statusCode).toBe(401)
    const answer = await app.inject({ url: '/metrics', headers: bearer(secrets.read) })
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0.0.4/)
    expect(answer.body).toContain(`alertrouter_build_info{version="1.2.3",node="${process.version}"} 1`)
    expect(answer.body).toContain('process_cpu_seconds_total')
  })
})
