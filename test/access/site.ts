/** A real router with two teams, an alert of each, and tokens of every kind; and the routes it declared, as it declared them. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type OutgoingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { readConfig } from '../../src/config.ts'
import { type Router, startRouter } from '../../src/router.ts'
import { webhookPayload } from '../harness/alertmanager.ts'
import { FakeClock } from '../harness/clock.ts'
import { openInboxes } from '../harness/inboxes.ts'

export const environment = {
  INGEST_TOKEN: 'ingest-0123456789abcdef',
  READ_TOKEN: 'read-0123456789abcdef',
  ADMIN_TOKEN: 'admin-0123456789abcdef',
}

const document = (team: string) => `
team: ${team}
owns: ['tier-${team}="yes"']
receivers:
  - name: ${team}-chat
    slack_configs: [{ api_url: env:${team.toUpperCase()}_SLACK_URL }]
route:
  receiver: ${team}-chat
  group_by: [alertname]
  group_wait: 0s
heartbeats:
  - name: ${team}-watchdog
    matchers: ['alertname="${team}Watchdog"']
    every: 1d
    receiver: ${team}-chat
`

export interface Answer {
  readonly status: number
  readonly body: string
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers?: OutgoingHttpHeaders
  /** Sent as JSON. */
  readonly body?: unknown
}

/** Ids of what belongs to one team. */
export interface Belongings {
  readonly team: string
  readonly alert: number
  readonly group: number
  readonly notification: number
  readonly destination: number
}

export interface Site {
  readonly router: Router
  readonly clock: FakeClock
  /** `POST /api/v1/things`, HEAD included; sorted. */
  readonly routes: readonly string[]
  readonly alpha: Belongings
  readonly bravo: Belongings
  ask(asked: Asked): Promise<Answer>
}

/** `tokens` are environment variables; without any, everything is done as a caller of this machine. Whoever opens it closes it. */
export async function openSite(
  tokens: Readonly<Record<string, string>>,
): Promise<{ site: Site; close: () => Promise<void> }> {
  const clock = new FakeClock()
  const folder = mkdtempSync(join(tmpdir(), 'alert-router-site-'))
  const teams = join(folder, 'teams')
  mkdirSync(teams)
  const documents = ['default', 'alpha', 'bravo'].map((team) => [team, document(team)] as const)
  for (const [team, text] of documents) writeFileSync(join(teams, `${team}.yml`), text)
  const inboxes = await openInboxes(
    documents.map(([, text]) => text),
    () => clock.now(),
  )
  const env = {
    PORT: '0',
    DATABASE_URL: `file:${join(folder, 'router.db')}`,
    BALLAST: '0',
    TEAMS_DIR: teams,
    ALLOW_DESTINATIONS: inboxes.all.map(({ address }) => address).join(','),
    LOG_LEVEL: 'silent',
    ...inboxes.secrets,
    ...tokens,
  }
  const routes: string[] = []
  const router = await collectingRoutes(routes, () => startRouter({ config: readConfig(env), env, clock }))
  const close = async () => {
    await router.stop()
    await Promise.all(inboxes.everybody.map((inbox) => inbox.close()))
    rmSync(folder, { recursive: true, force: true })
  }
  const ask = (asked: Asked) => askOver(router.url, asked)
  const bearer = (secret: string | undefined) => (secret === undefined ? {} : { authorization: `Bearer ${secret}` })
  for (const team of ['alpha', 'bravo']) {
    const labels = { alertname: `${team}Down`, team, host: `${team}-1` }
    const alert = { labels, annotations: { summary: `${team} is down` }, startsAt: clock.now(), endsAt: null }
    const headers = bearer(tokens.INGEST_TOKEN)
    const payload = webhookPayload([alert])
    const broken = { ...labels, alertname: 7 }
    const body = { ...payload, alerts: [...(payload.alerts as object[]), { status: 'firing', labels: broken }] }
    await ask({ method: 'POST', path: '/api/v1/webhooks/alertmanager', headers, body })
    await router.idle()
  }
  const firstOf = async (list: string, team: string): Promise<number> => {
    const headers = bearer(tokens.READ_TOKEN)
    const { body } = await ask({ method: 'GET', path: `/api/v1/${list}?team=${team}`, headers })
    return JSON.parse(body)[list][0].id
  }
  const belongingsOf = async (team: string): Promise<Belongings> => ({
    team,
    alert: await firstOf('alerts', team),
    group: await firstOf('groups', team),
    notification: await firstOf('notifications', team),
    destination: await firstOf('destinations', team),
  })
  routes.sort()
  const [alpha, bravo] = [await belongingsOf('alpha'), await belongingsOf('bravo')]
  return { site: { router, clock, routes, alpha, bravo, ask }, close }
}

/** Fastify announces each app it makes (https://fastify.dev/docs/latest/Reference/Hooks/#diagnostics-channel-hooks). */
async function collectingRoutes<T>(routes: string[], start: () => Promise<T>): Promise<T> {
  const listen = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance }
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) routes.push(`${one} ${url}`)
    })
  }
  subscribe('fastify.initialization', listen)
  try {
    return await start()
  } finally {
    unsubscribe('fastify.initialization', listen)
  }
}

/** With Node's own client: `fetch` sends neither a Host nor an Origin of the test's choice. */
function askOver(url: string, { method, path, headers = {}, body }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = request(url + path, { method, headers: { ...json, ...headers } }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() })
    })
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
