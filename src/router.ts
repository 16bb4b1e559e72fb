/** One running router: database, stores, documents, workers and the HTTP server, started and stopped in the right order. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { tokenRoutes } from './access/http.ts'
import { TokenRegister } from './access/token-register.ts'
import { environmentTokens } from './access/tokens.ts'
import { ingestRoutes } from './alert/http.ts'
import { quarantineRoutes } from './alert/quarantine-http.ts'
import { buildApp } from './app.ts'
import { SelfAudit } from './audit/watch.ts'
import { buildChannels } from './channel/all.ts'
import type { MailSettings } from './channel/email.ts'
import { smtpSecrets } from './channel/smtp-url.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Config, type Environment, withoutOwnVariables } from './config.ts'
import { migrate } from './db/migrate.ts'
import { openSqlite, type SqliteDatabase } from './db/sqlite.ts'
import { destinationRoutes } from './destination/http.ts'
import { Ballast } from './disk/ballast.ts'
import { spaceOf } from './disk/space.ts'
import { DiskWatch } from './disk/watch.ts'
import { gaugeSources } from './gauges.ts'
import { groupRoutes } from './group/http.ts'
import { dueAt } from './group/timers.ts'
import { heartbeatRoutes } from './heartbeat/http.ts'
import { outboundHeartbeat } from './heartbeat/ping.ts'
import { heartbeatWatcher } from './heartbeat/watch.ts'
import { historyRoutes } from './history/http.ts'
import { Retention } from './history/retention.ts'
import { SearchIndex } from './history/search-index.ts'
import { keepHouse } from './housekeeping.ts'
import { createLogger } from './log.ts'
import { circuitLog, logAttempt, logLoading, logMailWithoutServer } from './log-lines.ts'
import { keepTo } from './meta-alert/raise.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { notificationRoutes } from './notification/http.ts'
import { redrive, redriveAll } from './notification/redrive.ts'
import { redriveRoutes } from './notification/redrive-http.ts'
import type { Pipeline } from './pipeline.ts'
import { readiness } from './readiness.ts'
import { followDocuments } from './reroute.ts'
import { passwordsOf } from './source/clusters.ts'
import { pollSources } from './source/poll.ts'
import { Store } from './store.ts'
import { BROKEN_DOCUMENT, brokenDocuments } from './team/broken.ts'
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

/** Given back to the disk in one step, which takes up to 9 ms. */
const PAGES_AT_ONCE = 64

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
  const log = createLogger({ level: config.logLevel, secrets: secretsOf(config) })
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
  const search = await SearchIndex.open(db, () => store.episodes.newestId())
  const tokens = new TokenRegister(db, environmentTokens(config.tokens))
  await tokens.load()
  let documents = await loadTeams({ db, store }, config.teamsDir)
  const noteLoading = () => {
    metrics.loaded(documents.report.problems.length === 0, clock.now())
    logLoading(log, documents.report)
    if (config.smtpServer === null) logMailWithoutServer(log, documents.routing)
  }
  noteLoading()

  const stopping = new AbortController()
  const pipeline: Pipeline = {
    db,
    store,
    routing: () => documents.routing,
    channels: buildChannels({ allow: config.allowDestinations, now: () => clock.now(), mail: mailOf(config) }),
    endpoint: (destination) => endpointOf(destination, { routing: documents.routing, reader: db.reader, secrets }),
    clock,
    random,
    owner: randomUUID(),
    publicUrl: config.publicUrl,
    stopping: stopping.signal,
    onError: (error, what) => log.error({ err: error }, what),
  }
  const audit = new SelfAudit(pipeline, metrics.unaccountedAlerts)
  const disk = new DiskWatch({
    pipeline,
    space: () => spaceOf(db.info.file),
    lowBytes: config.diskLowBytes,
    ballast: new Ballast(db.info.file, config.ballastBytes),
    log,
  })
  db.onFull(() => disk.full())
  const retention = new Retention({
    db,
    retentionMs: config.retentionMs,
    deleted: metrics.deleted,
    shrink: () => db.shrink(PAGES_AT_ONCE),
  })
  metrics.readGauges(gaugeSources({ db, pipeline, audit, disk, search, report: () => documents.report }))
  db.onRollback(async (tx) => {
    await store.load(tx, false)
    scheduleGroups(store, documents.routing)
  })
  scheduleGroups(store, documents.routing)
  await followDocuments(pipeline)
  const raiseBroken = () =>
    db.transaction((tx) => keepTo(pipeline, tx, BROKEN_DOCUMENT, brokenDocuments(documents.report.problems)))
  await raiseBroken()

  const watchers = [
    { name: 'housekeeping', run: () => keepHouse(pipeline) },
    pollSources({ pipeline, clusters: config.clusters, staleAfterMs: config.staleAfterMs, metrics, log }),
    { name: 'noting the use of tokens', run: () => tokens.writeUse() },
    heartbeatWatcher(pipeline),
    audit.watcher,
    disk.watcher,
    { name: 'retention', run: () => retention.run() },
    { name: 'indexing for search', run: () => search.run() },
    ...outboundHeartbeat(config, pipeline, audit, { log, onResult: metrics.pinged }),
  ]
  const logCircuit = circuitLog(log)
  const workers = startWorkers(pipeline, watchers, (attempted) => {
    metrics.attempted(attempted, clock.now())
    logAttempt(log, attempted)
    logCircuit(store.outbox.destination(attempted.claim.destination.id))
  })
  let reloading: Promise<unknown> = Promise.resolve()
  const reload = async (): Promise<ReloadReport> => {
    try {
      documents = await loadTeams({ db, store }, config.teamsDir)
    } catch (error) {
      metrics.loaded(false, clock.now())
      log.error({ err: error }, 'the team documents could not be read again; those in force stay')
      throw error
    }
    noteLoading()
    try {
      await followDocuments(pipeline)
      await raiseBroken()
    } catch (error) {
      log.error({ err: error }, 'open alerts could not all follow the new documents yet; it is tried again')
    }
    workers.wake()
    workers.look()
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
    tokens,
    publicUrl: config.publicUrl,
    metrics,
    ready: () => readiness(db, store, disk, audit),
    features: [
      (scope) => ingestRoutes(scope, { pipeline, metrics, wake: workers.wake }),
      (scope) => historyRoutes(scope, { reader, routing, now: () => clock.now() }),
      (scope) => quarantineRoutes(scope, { reader }),
      (scope) => notificationRoutes(scope, { reader }),
      (scope) =>
        redriveRoutes(scope, {
          reader,
          redrive: (dead) => redrive(pipeline, dead),
          redriveAll: (destinationId) => redriveAll(pipeline, destinationId),
          wake: workers.wake,
        }),
      (scope) => destinationRoutes(scope, pipeline),
      (scope) => groupRoutes(scope, { reader, routing }),
      (scope) => heartbeatRoutes(scope, { reader, routing }),
      (scope) => teamRoutes(scope, { reader, routing, report: () => documents.report, reload: reloadInTurn }),
      (scope) => tokenRoutes(scope, { register: tokens, now: () => clock.now() }),
    ],
  })
  const stop = async () => {
    stopping.abort()
    await Promise.all([app.close(), workers.stop(STOP_WITHIN_MS)])
    // Repeats that were only counted; without them nothing is lost but numbers.
    await keepHouse(pipeline).catch((error: unknown) => log.warn({ err: error }, 'the last repeats were not written'))
    await tokens.writeUse().catch((error: unknown) => log.warn({ err: error }, 'the last use of tokens was lost'))
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

function secretsOf({ tokens, heartbeatUrl, clusters, smtpServer }: Config): string[] {
  const set = [...Object.values(tokens), heartbeatUrl].filter((secret) => secret !== null)
  return [...set, ...passwordsOf(clusters), ...smtpSecrets(smtpServer)]
}

function mailOf({ smtpServer, smtpFrom, mailDomains }: Config): MailSettings {
  return { server: smtpServer, from: smtpFrom, domains: mailDomains }
}

/** Timers are derived from the groups' rows and the documents in force, so a restart or a new document sets them anew. */
function scheduleGroups({ groups }: Store, routing: Routing): void {
  for (const group of groups.everyLife()) {
    groups.schedule(group, dueAt(group.state, routing.config(group.team, group.routeId, group.about)))
  }
}
