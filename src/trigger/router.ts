/** Asks the router over its REST API, as anybody can: what it heard of an alert, and whom it told. */
import { z } from 'zod'
import type { Running } from '../stack/running.ts'
import { TriggerError } from './cause.ts'

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
  /** Lives of the alert, newest first, at most 100. `since` is epoch ms. */
  alerts(alertname: string, severity: string, since: number): Promise<readonly AlertSummary[]>
  alert(id: number): Promise<ExplainedAlert>
  destinationsOf(team: string): Promise<readonly z.output<typeof destinationState>[]>
  /** Whether an alert of the team fires, or somebody is still to be told that it ended. */
  owesDrill(team: string): Promise<boolean>
  /** Tries everything again that the destination was never told. */
  redrive(destinationId: number): Promise<void>
}

/** Each call rejects with a TriggerError when the router does not answer as it should. */
export function openRouter({ urls, tokens }: Running): Router {
  const ask = async <T>(schema: z.ZodType<T>, method: 'GET' | 'POST', path: string): Promise<T> => {
    const token = method === 'GET' ? tokens.read : tokens.admin
    const response = await fetch(`${urls.router}/api/v1/${path}`, {
      method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(method === 'POST' && { 'content-type': 'application/json' }),
      },
      ...(method === 'POST' && { body: '{}' }),
      signal: AbortSignal.timeout(10_000),
    }).catch((cause: unknown) => {
      throw new TriggerError(`The router does not answer at ${urls.router}.`, { cause })
    })
    const text = await response.text()
    if (response.ok) return schema.parse(JSON.parse(text))
    const hint = response.status === 401 ? ' Set READ_TOKEN and ADMIN_TOKEN to those it was started with.' : ''
    throw new TriggerError(`${method} /api/v1/${path} of the router was answered ${response.status}: ${text}${hint}`)
  }
  const alerts = async (query: Record<string, string>, filters: readonly string[] = []) => {
    const parameters = new URLSearchParams([...Object.entries(query), ...filters.map((filter) => ['filter', filter])])
    return (await ask(z.object({ alerts: z.array(alertSummary) }), 'GET', `alerts?${parameters}`)).alerts
  }
  const alert = (id: number) => ask(explained, 'GET', `alerts/${id}`)
  return {
    alerts: (alertname, severity, since) =>
      alerts({ severity, since: String(Math.floor(since)), limit: '100' }, [`alertname="${alertname}"`]),
    alert,
    destinationsOf: async (team) => {
      const path = `destinations?${new URLSearchParams({ team })}`
      return (await ask(z.object({ destinations: z.array(destinationState) }), 'GET', path)).destinations
    },
    owesDrill: async (team) => {
      const firing = await alerts({ team, state: 'firing', limit: '1' })
      if (firing.length > 0) return true
      const [newest] = await alerts({ team, limit: '1' })
      return newest !== undefined && (await alert(newest.id)).told.some(({ owed }) => owed)
    },
    redrive: async (id) => {
      await ask(z.object({ groups: z.int() }), 'POST', `destinations/${id}/redrive`)
    },
  }
}
