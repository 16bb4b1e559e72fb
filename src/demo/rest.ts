/** Asks the demo's router over its REST API, as anybody can. */
import type { z } from 'zod'
import type { ChannelName } from '../channel/channel.ts'
import type { alertJson } from '../history/alert-json.ts'
import type { attemptJson, destinationJson } from '../history/json.ts'
import type { Fact, knowledgeJson, nextJson } from '../history/timeline-json.ts'

export type Attempt = z.output<typeof attemptJson>
export type Destination = z.output<typeof destinationJson>
export type Alert = z.output<typeof alertJson>

/** `GET /api/v1/alerts/{id}` */
export interface ExplainedAlert extends Alert {
  readonly timeline: readonly Fact[]
  readonly told: readonly z.output<typeof knowledgeJson>[]
  readonly next: readonly z.output<typeof nextJson>[]
}

export interface Notification {
  readonly id: number
  /** Why the router spoke, such as `some-resolved`. */
  readonly reason: string
  readonly state: string
  readonly attempts: readonly Attempt[]
}

/** Each rejects with a sentence when the router does not answer as it should. */
export interface Rest {
  alerts(): Promise<readonly Alert[]>
  alert(id: number): Promise<ExplainedAlert>
  /** The newest one to a channel of this kind; null before there is one. */
  latest(channel: ChannelName): Promise<Notification | null>
}

export function openRest(routerUrl: string): Rest {
  const get = async <Body>(path: string): Promise<Body> => {
    const response = await fetch(`${routerUrl}/api/v1${path}`)
    if (!response.ok) throw new Error(`GET /api/v1${path} was answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as Body
  }
  return {
    alerts: async () => (await get<{ alerts: Alert[] }>('/alerts')).alerts,
    alert: (id) => get(`/alerts/${id}`),
    latest: async (channel) => {
      const page = await get<{ notifications: { id: number }[] }>(`/notifications?channel=${channel}&limit=1`)
      const [newest] = page.notifications
      return newest === undefined ? null : get(`/notifications/${newest.id}`)
    },
  }
}
