/** Starts one model server: `npm run model-server -- iris` or `-- churn`. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { buildApp } from './app.ts'
import { systemClock } from './clock.ts'
import { trainModels } from './models.ts'
import { seededRandom } from './random.ts'
import { readSettings, type Settings, SettingsError } from './settings.ts'

const settings = readOrFail()
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}
const app = buildApp({
  settings,
  models: trainModels(settings.server),
  clock: systemClock,
  random: seededRandom(Date.now()),
  newId: randomUUID,
  version,
  logger: true,
})
try {
  await app.listen({ host: settings.host, port: settings.port })
} catch (error) {
  fail(`The address ${settings.host}:${settings.port} cannot be used: ${(error as Error).message}`)
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    app.close().then(
      () => process.exit(0),
      (error: unknown) => fail(String(error)),
    )
  })
}

function readOrFail(): Settings {
  try {
    return readSettings(process.argv.slice(2), process.env)
  } catch (error) {
    if (error instanceof SettingsError) fail(error.message)
    throw error
  }
}

function fail(sentence: string): never {
  process.stderr.write(`The model server cannot run. ${sentence}\n`)
  process.exit(1)
}
