/** Asks the router over its REST API, as anybody can: what it heard of an alert, and whom it told. */
import { z } from 'zod'
import type { Running } from '../stack/running.ts'
import { ask } from './ask.ts'

const destination = z.object({ id: z.int(), team: z.string(), receiver: z.string(), channel: z.string() })

/** Whom the router tells. */
export type Destination = z.output<typeof destination>

const alertSummary = z.object({
  id: z.int(),
  status: z.enum(['firing', 'resolved']),
  labels: z.record(z.string(), z.string()),
  receivedAt: z.string(),
})

const knowledge = z.object({
  destination,
  told: z.enum(['nothing', 'firing', 'resolved']),
  owed: z.boolean(),
})

const explained = alertSummary.extend({
  told: z.array(knowledge),
  next: z.array(z.object({ text: z.string() })),
})

export type AlertSummary = z.output<typeof alertSummary>
export type ExplainedAlert = z.output<typeof explained>

const destinationState = destination.extend({ pending: z.int() })

export interface Router {
  /** Whether it lets us read. */
  checkToken(): Promise<void>
  /** Lives of the alert, newest first, at most 100. `since` is epoch ms. */
  alerts(alertname: string, severity: string, since: number): Promise<readonly AlertSummary[]>
  alert(id: number): Promise<ExplainedAlert>
  destinationsOf(team: string): Promise<readonly z.output<typeof destinationState>[]>
  /** Whether the alert of the team fires, or somebody is still to be told that it ended. */
  owesDrill(team: string, alertname: string): Promise<boolean>
  /** Tries everything again that the destination was never told. */
  redrive(destinationId: number): Promise<void>
}

const hints = { 401: 'Set READ_TOKEN and ADMIN_TOKEN to those it was started with.' }

/** Each call rejects with a TriggerError when the router does not answer as it should. */
export function openRouter({ urls, tokens }: Running): Router {
  const get = async <T>(schema: z.ZodType<T>, path: string): Promise<T> =>
    schema.parse(JSON.parse(await ask('GET', `${urls.router}/api/v1/${path}`, { token: tokens.read, hints })))
  const alerts = async (query: Record<string, string>, filters: readonly string[] = []) => {
    const parameters = new URLSearchParams([...Object.entries(query), ...filters.map((filter) => ['filter', filter])])
    return (await get(z.object({ alerts: z.array(alertSummary) }), `alerts?${parameters}`)).alerts
  }
  const alert = (id: number) => get(explained, `alerts/${id}`)
  return {
    checkToken: async () => {
      await alerts({ limit: '1' })
    },
    alerts: (alertname, severity, since) =>
      alerts({ severity, since: String(Math.floor(since)), limit: '100' }, [`alertname="${alertname}"`]),
    alert,
    destinationsOf: async (team) => {
      const path = `destinations?${new URLSearchParams({ team })}`
      return (await get(z.object({ destinations: z.array(destinationState) }), path)).destinations
    },
    owesDrill: async (team, alertname) => {
      const filters = [`alertname="${alertname}"`]
      const firing = await alerts({ team, state: 'firing', limit: '1' }, filters)
      if (firing.length > 0) return true
      const [newest] = await alerts({ team, limit: '1' }, filters)
      return newest !== undefined && (await alert(newest.id)).told.some(({ owed }) => owed)
    },
    redrive: async (id) => {
      await ask('POST', `${urls.router}/api/v1/destinations/${id}/redrive`, { token: tokens.admin, hints, json: {} })
    },
  }
}
