/** The only reader of the environment: what the operator set, checked as a whole before anything starts. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { isLoopback } from './access/loopback.ts'
import { readTokens, type TokenSecrets } from './access/token-secrets.ts'
import { isAllowedDestination, parseAllowDestinations } from './channel/allow.ts'
import { parseSmtpUrl } from './channel/smtp-url.ts'
import { databaseFile } from './db/database-file.ts'
import { parseBytes } from './disk/bytes.ts'
import { parseHeartbeatUrl, plainHttp } from './heartbeat/outside.ts'
import { parseClusters } from './source/clusters.ts'
import { parseDuration } from './team/duration.ts'
import { isMailDomain, readMailAddress, validMailAddress } from './team/mail-address.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** `databaseFile` is an absolute path, the folders are as written, `publicUrl` has no trailing slash. */
export type Config = Readonly<z.output<typeof settings>> & { readonly tokens: TokenSecrets }

/** The environment cannot be used. The message has one line per problem; none of them shows a token. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(['The configuration cannot be used:', ...problems.map((problem) => `  ${problem}`)].join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/**
 * Everything the router is told by its environment. A variable that is set to nothing counts as not set, except tokens.
 * Throws a ConfigError that lists all problems at once.
 */
export function readConfig(env: Environment): Config {
  const written = Object.entries(variables).map(([key, name]) => [key, env[name] || undefined])
  const unread: string[] = []
  const clusters = variableOrFile(env, 'ALERTMANAGER_URLS', 'the URLs', unread)
  const smtpServer = variableOrFile(env, 'SMTP_URL', 'the URL', unread)
  const parsed = settings.safeParse({ ...Object.fromEntries(written), clusters, smtpServer })
  const problems = [...(parsed.error?.issues ?? []).map(describeIssue), ...unread]
  const tokens = readTokens(env, !isLoopback(env.HOST || LOOPBACK), problems)
  if (parsed.success) problems.push(...plainHeartbeat(parsed.data), ...senderMissing(parsed.data))
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems)
  return { ...parsed.data, tokens }
}

const LOOPBACK = '127.0.0.1'
const SHORTEST_RETENTION_MS = 3_600_000
const SHORTEST_STALE_AFTER_MS = 600_000
const SHORTEST_HEARTBEAT_EVERY_MS = 10_000
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const settings = z.object({
  host: z
    .string()
    .default(LOOPBACK)
    .transform(valid(readHost, 'write an address or a host name, such as 127.0.0.1 or 0.0.0.0')),
  port: z.string().default('8080').transform(valid(readPort, 'write a number from 1 to 65535, or 0 for any free port')),
  databaseFile: z.string().default('file:./data/alert-router.db').transform(orProblem(databaseFile)),
  teamsDir: z.string().default('./teams'),
  secretsDir: z.string().nullable().default(null),
  allowDestinations: z.string().default('').transform(orProblem(parseAllowDestinations)),
  publicUrl: z
    .string()
    .transform(valid(readPublicUrl, 'write an http or https address without credentials, query or fragment'))
    .nullable()
    .default(null),
  retentionMs: z
    .string()
    .default('90d')
    .transform(valid(readRetention, 'write a duration of at least 1h, such as 90d or 12w')),
  diskLowBytes: z.string().default('256MB').transform(valid(readBytes, 'write a size, such as 256MB, or 0 for none')),
  ballastBytes: z.string().default('64MB').transform(valid(readBytes, 'write a size, such as 64MB, or 0 for none')),
  clusters: z.string().default('').transform(orProblem(parseClusters)),
  heartbeatUrl: z.string().transform(orProblem(parseHeartbeatUrl)).nullable().default(null),
  heartbeatEveryMs: z
    .string()
    .default('60s')
    .transform(valid(readHeartbeatEvery, 'write a duration of at least 10s, such as 60s')),
  staleAfterMs: z
    .string()
    .default('24h')
    .transform(
      valid(readStaleAfter, "write a duration of at least 10m, more than twice your Alertmanagers' repeat_interval"),
    ),
  smtpServer: z
    .string()
    .transform(orProblem((text) => parseSmtpUrl(text, isLoopback)))
    .nullable()
    .default(null),
  smtpFrom: z
    .string()
    .transform(valid(readSender, `write ${validMailAddress}`))
    .nullable()
    .default(null),
  mailDomains: z
    .string()
    .transform(valid(readMailDomains, 'write domains separated by commas, such as example.org,example.com'))
    .nullable()
    .default(null),
  logLevel: z
    .string()
    .default('info')
    .transform(valid((text) => logLevels.find((level) => level === text), `write one of ${logLevels.join(', ')}`)),
})

const variables: Readonly<Record<keyof z.input<typeof settings>, string>> = {
  host: 'HOST',
  port: 'PORT',
  databaseFile: 'DATABASE_URL',
  teamsDir: 'TEAMS_DIR',
  secretsDir: 'SECRETS_DIR',
  allowDestinations: 'ALLOW_DESTINATIONS',
  publicUrl: 'PUBLIC_URL',
  retentionMs: 'RETENTION',
  diskLowBytes: 'DISK_LOW',
  ballastBytes: 'BALLAST',
  clusters: 'ALERTMANAGER_URLS',
  heartbeatUrl: 'HEARTBEAT_URL',
  heartbeatEveryMs: 'HEARTBEAT_EVERY',
  staleAfterMs: 'STALE_AFTER',
  smtpServer: 'SMTP_URL',
  smtpFrom: 'SMTP_FROM',
  mailDomains: 'MAIL_DOMAINS',
  logLevel: 'LOG_LEVEL',
}

/** What teams may refer to: a team named `ingest` must not own INGEST_TOKEN by its prefix. */
export function withoutOwnVariables(env: Environment): Environment {
  const own = /^(?:INGEST|READ|ADMIN)_TOKEN|^(?:ALERTMANAGER_URLS|SMTP_URL)_FILE$/
  const names = new Set(Object.values(variables))
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.has(name) && !own.test(name)))
}

/** A zod transform: what `read` makes of the text, or the problem that it is not valid and what would be. */
function valid<T>(read: (text: string) => T | undefined, hint: string) {
  return (text: string, context: z.RefinementCtx): T => {
    const value = read(text)
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not valid; ${hint}` })
    return z.NEVER
  }
}

/** A zod transform around a reader that throws sentences of its own. */
function orProblem<T>(read: (text: string) => T) {
  return (text: string, context: z.RefinementCtx): T => {
    try {
      return read(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
      return z.NEVER
    }
  }
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const name = variables[issue.path[0] as keyof typeof variables]
  return issue.message.startsWith(`${name}: `) ? issue.message : `${name}: ${issue.message}`
}

function readHost(text: string): string | undefined {
  return /^[\w.:-]+$/.test(text) ? text : undefined
}

function readPort(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined
}

function readPublicUrl(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined
  if (url.username + url.password + url.search + url.hash !== '') return undefined
  return url.href.replace(/\/+$/, '')
}

function readRetention(text: string): number | undefined {
  const ms = parseDuration(text)
  return ms !== null && ms >= SHORTEST_RETENTION_MS ? ms : undefined
}

function readBytes(text: string): number | undefined {
  return parseBytes(text) ?? undefined
}

function readHeartbeatEvery(text: string): number | undefined {
  const ms = parseDuration(text)
  return ms !== null && ms >= SHORTEST_HEARTBEAT_EVERY_MS ? ms : undefined
}

/** Without TLS the URL, a secret, would cross the network in the open: on this machine or by name of the operator only. */
function plainHeartbeat({ heartbeatUrl, allowDestinations }: z.output<typeof settings>): string[] {
  const plain = heartbeatUrl === null ? null : plainHttp(heartbeatUrl)
  if (heartbeatUrl === null || plain === null || isLoopback(plain.host)) return []
  if (isAllowedDestination(new URL(heartbeatUrl), allowDestinations)) return []
  const { host, port } = plain
  return [`HEARTBEAT_URL: is plain http; write https, or permit it with ALLOW_DESTINATIONS=${host}:${port}`]
}

function readStaleAfter(text: string): number | undefined {
  const ms = parseDuration(text)
  return ms !== null && ms >= SHORTEST_STALE_AFTER_MS ? ms : undefined
}

function readSender(text: string): string | undefined {
  return readMailAddress(text) ?? undefined
}

function readMailDomains(text: string): string[] | undefined {
  const domains = text.split(',').map((domain) => domain.trim().toLowerCase())
  return domains.every(isMailDomain) ? domains : undefined
}

function senderMissing({ smtpServer, smtpFrom }: z.output<typeof settings>): string[] {
  if (smtpServer === null || smtpFrom !== null) return []
  return ['SMTP_FROM: is not set, but SMTP_URL is; set the address that mail comes from, such as alerts@example.org']
}

/** What may hold passwords may also stand in a file of its own, named by `<name>_FILE`. `holds`: what the file holds. */
function variableOrFile(env: Environment, name: string, holds: string, problems: string[]): string | undefined {
  const [text, file] = [env[name], env[`${name}_FILE`]]
  if (!file) return text || undefined
  if (text) problems.push(`${name}: is set, and ${name}_FILE as well; keep one of them`)
  try {
    return readFileSync(file, 'utf8').trim() || undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    problems.push(`${name}_FILE: ${file} cannot be read (${code}); name a file that holds ${holds}`)
    return undefined
  }
}
