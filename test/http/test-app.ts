/** The app as `buildApp` makes it, around routes of the test's own, with its log lines at hand. */
import { onTestFinished } from 'vitest'
import { environmentTokens } from '../../src/access/tokens.ts'
import { type AppDeps, buildApp } from '../../src/app.ts'
import type { App, Feature } from '../../src/http/feature.ts'
import { createLogger } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics.ts'

export const secrets = {
  ingest: 'ingest-0123456789abcdef',
  ingestPrevious: 'older-ingest-0123456789',
  read: 'read-0123456789abcdef',
  admin: 'admin-0123456789abcdef',
}

export const noSecrets = { ingest: null, ingestPrevious: null, read: null, admin: null }

export interface TestApp {
  readonly app: App
  /** What was logged so far, parsed. */
  readonly lines: () => Record<string, unknown>[]
}

/** All four tokens are set unless `tokens` says otherwise. Closed when the test ends. */
export function testApp(feature: Feature, given: Partial<AppDeps> = {}): TestApp {
  const logged: string[] = []
  const destination = { write: (line: string) => logged.push(line) }
  const app = buildApp({
    logger: createLogger({ level: 'info', secrets: Object.values(secrets), destination }),
    tokens: environmentTokens(secrets),
    publicUrl: null,
    metrics: createMetrics('1.2.3'),
    ready: async () => ({ ok: true, checks: [{ name: 'store', ok: true, detail: 'writable' }] }),
    features: [feature],
    ...given,
  })
  onTestFinished(() => app.close())
  const lines = () => logged.map((line) => JSON.parse(line) as Record<string, unknown>)
  return { app, lines }
}

export const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

export const basic = (secret: string) => ({ authorization: `Basic ${Buffer.from(`any:${secret}`).toString('base64')}` })
