/** One running router: database, stores, documents, workers and the HTTP server, started and stopped in the right order. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { environmentTokens } from './access/tokens.ts'
import { ingestRoutes } from './alert/http.ts'
import { buildApp } from './app.ts'
import { buildChannels } from './channel/all.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Config, type Environment, withoutOwnVariables } from './config.ts'
import { migrate } from './db/migrate.ts'
import { openSqlite, type SqliteDatabase } from './db/sqlite.ts'
import { gaugeSources } from './gauges.ts'
import { groupRoutes } from './group/http.ts'
import { dueAt } from './group/timers.ts'
import { historyRoutes } from './history/http.ts'
import { keepHouse } from './housekeeping.ts'
import { createLogger } from './log.ts'
import { logAttempt, logLoading } from './log-lines.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { notificationRoutes } from './notification/http.ts'
import type { Pipeline } from './pipeline.ts'
import { readiness } from './readiness.ts'
import { followDocuments } from './reroute.ts'
import { Store } from './store.ts'
import { endpointOf } from './team/endpoint.ts'
import { teamRoutes } from './team/http.ts'
import { loadTeams, type ReloadReport } from './team/loading.ts'
import type { Routing } from './team/routing.ts'
import { startWorkers } from './workers.ts'

const MIGRATIONS = fileURLToPath(new URL('../migrations/sqlite/', import.meta.url))
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

/**
 * How long a stop waits for attempts under way; what is left is called unknown at the next start. Less than the 10 s
 * after which Docker kills, and longer than `close` lets requests take.
 */
const STOP_WITHIN_MS = 8_000

/** The operator's address cannot be listened on. */
class AddressUnusableError extends Error {
  override readonly name = 'AddressUnusableError'
}

export interface RouterOptions {
  readonly config: Config
  /** Where the teams' secrets are read from. */
  readonly env: Environment
  readonly clock?: Clock
  /** In [0, 1). */
  readonly random?: () => number
}

export interface Router {
  /** Where it listens, such as http://127.0.0.1:8080. */
  readonly url: string
  /** Reads TEAMS_DIR again; what is broken keeps its last good version. Rejects, once logged, if nothing could be read. */
  reload(): Promise<ReloadReport>
  /** Resolves when nothing is due now and no attempt is under way. */
  idle(): Promise<void>
  /** Takes nothing new, lets requests and attempts under way end (at most 8 s), closes the database. */
  stop(): Promise<void>
}

/** Starts everything, or throws a sentence for the operator with nothing left running. */
export async function startRouter(options: RouterOptions): Promise<Router> {
  const { config } = options
  const clock = options.clock ?? systemClock
  const log = createLogger({ level: config.logLevel, secrets: tokensOf(config) })
  const metrics = createMetrics(version)
  const { timeCommit } = metrics
  const db = await openSqlite({ file: config.databaseFile, now: () => clock.now(), log, timeCommit })
  try {
    await migrate(db, MIGRATIONS)
    return await run(options, { db, clock, log, metrics })
  } catch (error) {
    await db.close()
    throw error
  }
}

/** What is there before anything runs. */
interface Parts {
  readonly db: SqliteDatabase
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
}

async function run(options: RouterOptions, parts: Parts): Promise<Router> {
  const { config, env, random = Math.random } = options
  const { db, clock, log, metrics } = parts
  const secrets = { env: withoutOwnVariables(env), secretsDir: config.secretsDir }
  const store = new Store()
  await db.transaction((tx) => store.load(tx, true))
  let documents = await loadTeams({ db, store }, config.teamsDir)
  metrics.readGauges(gaugeSources(db, store, () => documents.report))
  logLoading(log, documents.report)

  const stopping = new AbortController()
  const pipeline: Pipeline = {
    db,
    store,
    routing: () => documents.routing,
    channels: buildChannels({ allow: config.allowDestinations, now: () => clock.now() }),
    endpoint: (destination) => endpointOf(destination, { routing: documents.routing, reader: db.reader, secrets }),
    clock,
    random,
    owner: randomUUID(),
    publicUrl: config.publicUrl,
    stopping: stopping.signal,
    onError: (error, what) => log.error({ err: error }, what),
  }
  db.onRollback(async (tx) => {
    await store.load(tx, false)
    scheduleGroups(store, documents.routing)
  })
  scheduleGroups(store, documents.routing)
  await followDocuments(pipeline)

  const watchers = [{ name: 'housekeeping', run: () => keepHouse(pipeline) }]
  const workers = startWorkers(pipeline, watchers, (attempted) => {
    metrics.attempted(attempted)
    logAttempt(log, attempted)
  })
  let reloading: Promise<unknown> = Promise.resolve()
  const reload = async (): Promise<ReloadReport> => {
    try {
      documents = await loadTeams({ db, store }, config.teamsDir)
    } catch (error) {
      log.error({ err: error }, 'the team documents could not be read again; those in force stay')
      throw error
    }
    logLoading(log, documents.report)
    try {
      await followDocuments(pipeline)
    } catch (error) {
      log.error({ err: error }, 'open alerts could not all follow the new documents yet; it is tried again')
    }
    workers.wake()
    return documents.report
  }
  const reloadInTurn = () => {
    const next = reloading.then(reload, reload)
    reloading = next
    return next
  }

  const { reader } = db
  const { routing } = pipeline
  const app = buildApp({
    logger: log,
    tokens: environmentTokens(config.tokens),
    publicUrl: config.publicUrl,
    metrics,
    ready: () => readiness(db, store),
    features: [
      (scope) => ingestRoutes(scope, { pipeline, metrics, wake: workers.wake }),
      (scope) => historyRoutes(scope, { reader, routing, now: () => clock.now() }),
      (scope) => notificationRoutes(scope, { reader }),
      (scope) => groupRoutes(scope, { reader, routing }),
      (scope) => teamRoutes(scope, { reader, routing, report: () => documents.report, reload: reloadInTurn }),
    ],
  })
  const stop = async () => {
    stopping.abort()
    await Promise.all([app.close(), workers.stop(STOP_WITHIN_MS)])
    // Repeats that were only counted; without them nothing is lost but numbers.
    await keepHouse(pipeline).catch((error: unknown) => log.warn({ err: error }, 'the last repeats were not written'))
    await db.close()
  }
  try {
    const url = await app.listen({ host: config.host, port: config.port })
    log.info({ url, sqlite: db.info.sqliteVersion, database: db.info.file }, 'alert-router is listening')
    return { url, reload: reloadInTurn, idle: workers.idle, stop }
  } catch (error) {
    stopping.abort()
    await workers.stop(0)
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error
    const why = code === 'EADDRINUSE' ? 'another program listens there' : code
    throw new AddressUnusableError(
      `HOST=${config.host} PORT=${config.port} cannot be listened on: ${why}. Stop that program, or set another PORT.`,
      { cause: error },
    )
  }
}

function tokensOf({ tokens }: Config): string[] {
  return Object.values(tokens).filter((token) => token !== null)
}

/** Timers are derived from the groups' rows and the documents in force, so a restart or a new document sets them anew. */
function scheduleGroups({ groups }: Store, routing: Routing): void {
  for (const group of groups.everyLife()) {
    groups.schedule(group, dueAt(group.state, routing.config(group.team, group.routeId)))
  }
}
