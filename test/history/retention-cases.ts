/** What goes after 90 days and what stays: one row each, and what speaks for it. */
import type { OldRows } from './old-rows.ts'

type Table = 'episode' | 'notification' | 'alert_group' | 'request' | 'quarantine' | 'generator' | 'team_version'

type Write = (rows: OldRows) => Promise<number>

/** The table of the row, what it is, its fate, and what writes it and returns its id. */
export const cases: readonly (readonly [table: Table, what: string, fate: 'goes' | 'stays', write: Write])[] = [
  ['episode', 'closed 95 days ago', 'goes', (rows) => rows.episode({})],
  ['episode', 'closed 85 days ago, though it came 100 days ago', 'stays', (rows) => rows.episode({ closed: 85 })],
  ['episode', 'open since 100 days', 'stays', (rows) => rows.episode({ state: 'open', closed: null })],
  [
    'episode',
    'closed 95 days ago, and somebody is still owed that',
    'stays',
    (rows) => rows.episode({ state: 'closing' }),
  ],
  [
    'episode',
    'named by a dead letter',
    'stays',
    async (rows) => {
      const group = await rows.group()
      const id = await rows.episode({ groups: [group] })
      await rows.notification({ group, state: 'dead', names: [id] })
      return id
    },
  ],
  [
    'episode',
    'named by a pending notification',
    'stays',
    async (rows) => {
      const group = await rows.group({ ended: null })
      const id = await rows.episode({ groups: [group] })
      await rows.notification({ group, state: 'pending', settled: null, names: [id] })
      return id
    },
  ],
  [
    'episode',
    'named by what was delivered',
    'goes',
    async (rows) => {
      const group = await rows.group({ ended: null })
      const id = await rows.episode({ groups: [group] })
      await rows.notification({ group, names: [id] })
      return id
    },
  ],

  ['notification', 'delivered 95 days ago', 'goes', async (rows) => rows.notification({ group: await rows.group() })],
  [
    'notification',
    'superseded 95 days ago',
    'goes',
    async (rows) => rows.notification({ group: await rows.group(), state: 'superseded' }),
  ],
  [
    'notification',
    'delivered 85 days ago',
    'stays',
    async (rows) => rows.notification({ group: await rows.group({ ended: 80 }), settled: 85 }),
  ],
  [
    'notification',
    'delivered 95 days ago in a group that lives',
    'goes',
    async (rows) => rows.notification({ group: await rows.group({ ended: null }) }),
  ],
  [
    'notification',
    'delivered while an alert was there that still fires',
    'stays',
    async (rows) => {
      const group = await rows.group({ ended: null })
      await rows.episode({ state: 'open', received: 96, closed: null, groups: [group] })
      return rows.notification({ group })
    },
  ],
  [
    'notification',
    'delivered before the alert came that still fires',
    'goes',
    async (rows) => {
      const group = await rows.group({ ended: null })
      await rows.episode({ state: 'open', received: 94, closed: null, groups: [group] })
      return rows.notification({ group })
    },
  ],
  [
    'notification',
    'delivered when all had been said of the alert that a dead letter names',
    'goes',
    async (rows) => {
      const group = await rows.group({ ended: null })
      const named = await rows.episode({ groups: [group] })
      await rows.notification({ group, state: 'dead', names: [named] })
      return rows.notification({ group, toldBefore: 2 })
    },
  ],
  [
    'notification',
    'delivered when not all had been said of the alert that a dead letter names',
    'stays',
    async (rows) => {
      const group = await rows.group({ ended: null })
      const named = await rows.episode({ groups: [group] })
      await rows.notification({ group, state: 'dead', names: [named] })
      return rows.notification({ group, toldBefore: 1 })
    },
  ],
  ['notification', 'dead', 'stays', async (rows) => rows.notification({ group: await rows.group(), state: 'dead' })],
  [
    'notification',
    'pending',
    'stays',
    async (rows) => rows.notification({ group: await rows.group({ ended: null }), state: 'pending', settled: null }),
  ],

  ['alert_group', 'ended 95 days ago', 'goes', (rows) => rows.group()],
  [
    'alert_group',
    'ended 95 days ago, with its alerts',
    'goes',
    async (rows) => {
      const group = await rows.group()
      await rows.episode({ groups: [group] })
      await rows.notification({ group })
      return group
    },
  ],
  ['alert_group', 'ended 85 days ago', 'stays', (rows) => rows.group({ ended: 85 })],
  ['alert_group', 'living', 'stays', (rows) => rows.group({ ended: null })],
  [
    'alert_group',
    'with a dead letter',
    'stays',
    async (rows) => {
      const group = await rows.group()
      await rows.notification({ group, state: 'dead' })
      return group
    },
  ],
  [
    'alert_group',
    'which an alert left that still fires',
    'stays',
    async (rows) => {
      const group = await rows.group()
      await rows.episode({ state: 'open', closed: null, groups: [group] })
      return group
    },
  ],

  ['request', 'of 95 days ago', 'goes', (rows) => rows.request(95)],
  ['request', 'of 85 days ago', 'stays', (rows) => rows.request(85)],
  [
    'request',
    'that opened an alert that still fires',
    'stays',
    async (rows) => {
      const openedBy = await rows.request(95)
      await rows.episode({ state: 'open', closed: null, openedBy })
      return openedBy
    },
  ],
  [
    'request',
    'that closed an alert which somebody is still owed',
    'stays',
    async (rows) => {
      const closedBy = await rows.request(95)
      await rows.episode({ state: 'closing', closedBy })
      return closedBy
    },
  ],

  ['quarantine', 'of 95 days ago', 'goes', (rows) => rows.quarantined(95)],
  ['quarantine', 'of 85 days ago', 'stays', (rows) => rows.quarantined(85)],

  ['generator', 'last used 95 days ago, of many', 'goes', async (rows) => amongMany(rows, await rows.generator(95))],
  ['generator', 'last used 95 days ago, of few', 'stays', (rows) => rows.generator(95)],
  [
    'generator',
    'last used 90.5 days ago, noted to the day',
    'stays',
    async (rows) => amongMany(rows, await rows.generator(90.5)),
  ],
  ['generator', 'whose use was never noted', 'stays', async (rows) => amongMany(rows, await rows.generator(null))],
  [
    'generator',
    'of an alert that still fires',
    'stays',
    async (rows) => {
      const generator = await rows.generator(95)
      await rows.episode({ state: 'open', closed: null, generator })
      return amongMany(rows, generator)
    },
  ],
  [
    'generator',
    'of a young alert, as only a wrong clock writes it',
    'stays',
    async (rows) => {
      const generator = await rows.generator(95)
      await rows.episode({ received: 1, closed: 1, generator })
      return amongMany(rows, generator)
    },
  ],

  ['team_version', 'replaced 95 days ago', 'goes', (rows) => replaced(rows, 95)],
  ['team_version', 'replaced 85 days ago', 'stays', (rows) => replaced(rows, 85)],
  ['team_version', 'in force', 'stays', (rows) => rows.version({ accepted: 100 })],
  [
    'team_version',
    'the last of a team that is gone',
    'stays',
    (rows) => rows.version({ accepted: 100, inForce: false }),
  ],
  [
    'team_version',
    'where a destination finds its settings',
    'stays',
    async (rows) => {
      const id = await replaced(rows, 95)
      await rows.destination(id)
      return id
    },
  ],
  [
    'team_version',
    'that routed an alert that still fires',
    'stays',
    async (rows) => {
      const id = await replaced(rows, 95)
      await rows.episode({ state: 'open', closed: null, groups: [await rows.group({ ended: null })], version: id })
      return id
    },
  ],
  [
    'team_version',
    'of a group that stays',
    'stays',
    async (rows) => {
      const id = await replaced(rows, 95)
      await rows.group({ ended: null, version: id })
      return id
    },
  ],
  [
    'team_version',
    'of a dead letter',
    'stays',
    async (rows) => {
      const id = await replaced(rows, 95)
      await rows.notification({ group: await rows.group(), state: 'dead', version: id })
      return id
    },
  ],
  [
    'team_version',
    'of a young notification, as no router writes it',
    'stays',
    async (rows) => {
      const id = await replaced(rows, 95)
      await rows.notification({ group: await rows.group({ opened: 1, ended: null }), settled: 1, version: id })
      return id
    },
  ],
]

async function replaced(rows: OldRows, days: number): Promise<number> {
  const id = await rows.version({ accepted: 100 })
  await rows.version({ accepted: days })
  return id
}

/** With 1,000 others that nobody uses. */
async function amongMany(rows: OldRows, id: number): Promise<number> {
  for (let n = 0; n < 1_000; n++) await rows.generator(95)
  return id
}
