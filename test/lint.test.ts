/** Every rule of the linter once broken: in a project of its own with our configuration, one planted offence per file. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = new URL('..', import.meta.url).pathname
const imports = (from: string) => `import { something } from '${from}'\n\nexport const kept = something\n`
const uses = (expression: string) => `export const kept = () => ${expression}\n`

const layers: readonly (readonly [file: string, from: string])[] = [
  // Domain: no input or output, no server, no driver, no store, nothing further out.
  ['src/alert/planted-1.ts', 'node:fs'],
  ['src/alert/planted-2.ts', 'fastify'],
  ['src/route/planted-1.ts', 'better-sqlite3'],
  ['src/route/planted-2.ts', 'fastify-type-provider-zod'],
  ['src/group/planted-1.ts', 'sql-template-tag'],
  ['src/group/planted-2.ts', '../db/database.ts'],
  ['src/group/planted-3.ts', './store.ts'],
  ['src/group/planted-4.ts', './working-set.ts'],
  ['src/group/planted-5.ts', './lives.ts'],
  ['src/notification/planted-1.ts', './outbox.ts'],
  ['src/notification/planted-2.ts', '../channel/slack.ts'],
  ['src/notification/planted-3.ts', '../clock.ts'],
  ['src/mute/planted-1.ts', '../pipeline.ts'],
  ['src/mute/planted-2.ts', './http.ts'],
  ['src/team/planted-1.ts', './resolve-secret.ts'],
  ['src/team/planted-2.ts', '../config.ts'],
  ['src/episode/planted-1.ts', '../http/errors.ts'],
  ['src/episode/planted-2.ts', '../access/tokens.ts'],
  ['src/plan/planted-1.ts', '../history/explain.ts'],
  ['src/heartbeat/planted-1.ts', '../metrics.ts'],
  ['src/heartbeat/planted-2.ts', '../metrics/delivery.ts'],
  ['src/audit/planted-1.ts', '../clock.ts'],
  ['src/source/planted-1.ts', './alertmanager.ts'],
  // Stores: SQL only.
  ['src/mute/store.ts', '../pipeline.ts'],
  ['src/mute/working-set.ts', '../db/sqlite.ts'],
  ['src/plan/store.ts', 'better-sqlite3'],
  ['src/plan/outbox.ts', 'node:fs'],
  ['src/heartbeat/store.ts', './http.ts'],
  ['src/audit/store.ts', './watch.ts'],
  ['src/history/planted-store.ts', '../channel/webhook.ts'],
  // The pipeline: no edge.
  ['src/pipeline.ts', './channel/slack.ts'],
  ['src/reroute.ts', './alert/http.ts'],
  ['src/worker.ts', './db/sqlite.ts'],
  ['src/workers.ts', './config.ts'],
  ['src/housekeeping.ts', './main.ts'],
  ['src/group/lives.ts', '../metrics.ts'],
  ['src/heartbeat/watch.ts', './ping.ts'],
  ['src/audit/watch.ts', '../metrics.ts'],
  ['src/notification/compose.ts', 'node:http'],
  ['src/source/reconcile.ts', './poll.ts'],
  // History reads.
  ['src/history/planted-1.ts', '../pipeline.ts'],
  ['src/history/planted-2.ts', '../db/sqlite.ts'],
  ['src/history/planted-3.ts', './http.ts'],
  // Edges know neither each other nor the driver.
  ['src/mute/http.ts', '../db/sqlite.ts'],
  ['src/team/loading.ts', 'better-sqlite3'],
  ['src/heartbeat/ping.ts', '../db/sqlite.ts'],
  ['src/source/poll.ts', '../db/sqlite.ts'],
  ['src/channel/planted-1.ts', '../notification/store.ts'],
  ['src/channel/planted-2.ts', '../db/database.ts'],
  ['src/channel/planted-3.ts', '../pipeline.ts'],
  ['src/channel/planted-4.ts', '../metrics.ts'],
  ['src/channel/planted-5.ts', 'fastify'],
  ['src/access/planted-1.ts', '../alert/store.ts'],
  ['src/access/token-store.ts', '../pipeline.ts'],
  ['src/access/token-register.ts', '../db/sqlite.ts'],
  ['src/http/planted-1.ts', '../pipeline.ts'],
  // The database knows nothing of the product.
  ['src/db/planted-1.ts', '../alert/labels.ts'],
  ['src/db/planted-2.ts', '../config.ts'],
  ['src/db/planted-3.ts', 'fastify'],
  // Strangers.
  ['src/model-server/planted-1.ts', '../alert/labels.ts'],
  ['src/model-server/planted-2.ts', '../clock.ts'],
  ['src/model-server/fault/planted-1.ts', '../../clock.ts'],
  ['src/model-server/learning/planted-1.ts', 'node:fs'],
  ['src/model-server/watch/planted-1.ts', 'fastify'],
  ['src/stack/planted-1.ts', '../alert/labels.ts'],
  ['src/trigger/planted-1.ts', '../router.ts'],
  ['src/stand-in/planted-1.ts', '../channel/guard.ts'],
  ['src/route/planted-3.ts', '../model-server/main.ts'],
  ['src/router.ts', './demo/main.ts'],
  ['src/access/planted-2.ts', '../demo/main.ts'],
  ['src/planted-1.ts', 'better-sqlite3'],
]

const offences: readonly (readonly [rule: string, file: string, code: string])[] = [
  ...layers.map(([file, from]) => ['noRestrictedImports', file, imports(from)] as const),
  ['noImportCycles', 'src/cycle-a.ts', "import { b } from './cycle-b.ts'\n\nexport const a = (): number => b()\n"],
  ['noImportCycles', 'src/cycle-b.ts', "import { a } from './cycle-a.ts'\n\nexport const b = (): number => a()\n"],
  [
    'noFloatingPromises',
    'src/floating.ts',
    'async function send(): Promise<void> {}\n\nexport function kept(): void {\n  send()\n}\n',
  ],
  ['useImportType', 'src/import-type.ts', "import { Clock } from './clock.ts'\n\nexport type Kept = Clock\n"],
  ['useImportExtensions', 'src/extension.ts', imports('./clock')],
  ['noDefaultExport', 'src/default.ts', 'export default 1\n'],
  ['noReExportAll', 'src/barrel.ts', "export * from './clock.ts'\n"],
  ['noUndeclaredDependencies', 'src/undeclared.ts', imports('left-pad')],
  [
    'noExcessiveLinesPerFile',
    'src/long.ts',
    Array.from({ length: 301 }, (_, n) => `export const a${n} = ${n}\n`).join(''),
  ],
  [
    'noExcessiveLinesPerFile',
    'test/long.ts',
    Array.from({ length: 301 }, (_, n) => `export const a${n} = ${n}\n`).join(''),
  ],
  ['noProcessEnv', 'src/env.ts', uses('process.env.PORT')],
  ['noProcessEnv', 'src/access/env.ts', uses('process.env.PORT')],
  ['noJsRestrictedProperties', 'src/date-now.ts', uses('Date.now()')],
  ['noJsRestrictedProperties', 'src/history/math-random.ts', uses('Math.random()')],
  ['noJsRestrictedProperties', 'src/db/performance-now.ts', uses('performance.now()')],
  ['noJsRestrictedProperties', 'src/channel/temporal-now.ts', uses('Temporal.Now.instant()')],
  ['plugin', 'src/http/new-date.ts', uses('new Date()')],
  ['noRestrictedGlobals', 'src/alert/process.ts', uses('process.pid')],
  ['noRestrictedGlobals', 'src/group/timer.ts', uses('setTimeout(kept, 1)')],
  ['noRestrictedGlobals', 'src/plan/store-timer-store.ts', uses('setInterval(kept, 1)')],
  ['noRestrictedGlobals', 'src/episode/observe.ts', uses("fetch('https://example.org')")],
  ['noRestrictedGlobals', 'src/history/random.ts', uses('crypto.randomUUID()')],
  ['noFocusedTests', 'test/focused.test.ts', "import { it } from 'vitest'\n\nit.only('x', () => {})\n"],
  ['noSkippedTests', 'test/skipped.test.ts', "import { it } from 'vitest'\n\nit.skip('x', () => {})\n"],
]

const clean: readonly (readonly [file: string, code: string])[] = [
  ['src/clock.ts', uses('Date.now()')],
  ['src/main.ts', uses('process.env.PORT')],
  ['src/demo/main.ts', `${imports('../route/clean.ts')}export const asked = Date.now()\n`],
  ['src/model-server/main.ts', imports('fastify')],
  ['src/stack/clean.ts', imports('../terminal/terminal.ts')],
  [
    'src/route/clean.ts',
    `import { createHash } from 'node:crypto'\n\nexport const something = (ms: number) => [createHash('sha256'), new Date(ms)]\n`,
  ],
  ['src/notification/clean.ts', imports('../channel/channel.ts')],
  ['src/route/store.ts', imports('../db/database.ts')],
  ['src/db/sqlite.ts', imports('better-sqlite3')],
  ['src/db/clean.ts', imports('../errors.ts')],
  ['src/alert/http.ts', imports('../pipeline.ts')],
  ['src/history/clean.ts', imports('../db/database.ts')],
  ['src/channel/clean.ts', imports('node:https')],
  [
    'test/clean.test.ts',
    `${imports('../src/db/sqlite.ts')}export const at = [Date.now(), new Date(), process.env.CI]\n`,
  ],
  ['vitest.config.ts', 'export default {}\n'],
]

describe('the linter', () => {
  let folder = ''
  const found = new Map<string, string[]>()

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lint-'))
    for (const name of ['biome.json', '.biome', '.gitignore', 'package.json', 'tsconfig.json']) {
      cpSync(join(root, name), join(folder, name), { recursive: true })
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    for (const [file, code] of [...offences.map(([, file, code]) => [file, code] as const), ...clean]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), code)
    }
    const { stdout } = spawnSync(
      join(root, 'node_modules/.bin/biome'),
      ['lint', '--reporter=json', '--max-diagnostics=none'],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    )
    for (const { category, location } of JSON.parse(stdout).diagnostics as {
      category: string
      location: { path: string }
    }[]) {
      const file = location.path
      found.set(file, [...(found.get(file) ?? []), category.split('/').at(-1) ?? ''])
    }
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(offences)('%s: %s', (rule, file) => {
    expect(found.get(file)).toContain(rule)
  })

  it.each(clean)('nothing in %s', (file) => {
    expect(found.get(file)).toBeUndefined()
  })
})
