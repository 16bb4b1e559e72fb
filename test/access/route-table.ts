/** Every route of the router and who gets in: a route that is not here fails the matrix. */
import type { Belongings } from './site.ts'

export interface Row {
  /**
   * `anybody`; a verb for tokens of all teams; a verb and `/team` where tokens limited to teams get in as well, to what is
   * theirs; `nobody` is a method that the address does not take.
   */
  readonly who: 'anybody' | 'nobody' | 'ingest' | 'read' | 'edit' | 'admin' | 'read/team' | 'edit/team'
  /** What one who gets in is answered. */
  readonly answer: number
  /** The address of something that belongs to a team; without it, the address is about no team in particular. */
  readonly of?: (belongings: Belongings) => string
  /** Sent as JSON. */
  readonly body?: unknown
}

const list: Row = { who: 'read/team', answer: 200 }
const admin = (answer: number, more: Partial<Row> = {}): Row => ({ who: 'admin', answer, ...more })
const one = (of: (belongings: Belongings) => string): Row => ({ who: 'read/team', answer: 200, of })
const notTaken: Row = { who: 'nobody', answer: 405 }

/** HEAD goes with GET. */
export const table: Readonly<Record<string, Row>> = {
  'GET /healthz': { who: 'anybody', answer: 200 },
  'GET /readyz': { who: 'anybody', answer: 200 },
  'GET /metrics': { who: 'read', answer: 200 },
  'GET /openapi.json': list,

  'POST /api/v1/webhooks/alertmanager': { who: 'ingest', answer: 200, body: { alerts: [] } },
  'GET /api/v1/webhooks/alertmanager': notTaken,
  'PUT /api/v1/webhooks/alertmanager': notTaken,
  'PATCH /api/v1/webhooks/alertmanager': notTaken,
  'DELETE /api/v1/webhooks/alertmanager': notTaken,
  'OPTIONS /api/v1/webhooks/alertmanager': notTaken,

  'GET /api/v1/quarantine': { who: 'read', answer: 200 },
  'GET /api/v1/alerts': list,
  'GET /api/v1/alerts/:id': one(({ alert }) => `/api/v1/alerts/${alert}`),
  'GET /api/v1/groups': list,
  'GET /api/v1/groups/:id': one(({ group }) => `/api/v1/groups/${group}`),
  'GET /api/v1/heartbeats': list,
  'GET /api/v1/notifications': list,
  'GET /api/v1/notifications/:id': one(({ notification }) => `/api/v1/notifications/${notification}`),
  'POST /api/v1/notifications/:id/redrive': {
    who: 'edit/team',
    // It was delivered, so there is nothing to try again.
    answer: 409,
    of: ({ notification }) => `/api/v1/notifications/${notification}/redrive`,
  },
  'GET /api/v1/destinations': list,
  'GET /api/v1/destinations/:id': one(({ destination }) => `/api/v1/destinations/${destination}`),
  'POST /api/v1/destinations/:id/redrive': {
    who: 'edit/team',
    answer: 200,
    of: ({ destination }) => `/api/v1/destinations/${destination}/redrive`,
  },
  'GET /api/v1/teams': list,
  'GET /api/v1/teams/:team': one(({ team }) => `/api/v1/teams/${team}`),
  'GET /api/v1/teams/:team/versions': one(({ team }) => `/api/v1/teams/${team}/versions`),
  'POST /api/v1/teams/reload': admin(200),

  'GET /api/v1/tokens': admin(200),
  'POST /api/v1/tokens': admin(400, { body: { name: 'x', expires: 'never' } }),
  'DELETE /api/v1/tokens/:id': admin(404),
  'POST /api/v1/tokens/:id/rotate': admin(404),
}
