/** Which alerts are heartbeats, of whom, and where they go for that. */
import { describe, expect, it } from 'vitest'
import { toLabels } from '../../src/alert/labels.ts'
import { heartbeat, routingOf } from './documents.ts'

const watchdog = { alertname: 'Watchdog', cluster: 'a' }

describe('expected', () => {
  const routing = routingOf({
    payments: { owns: 'app="ledger"', heartbeats: [heartbeat('alertname="Watchdog",cluster="a"', 'a')] },
    search: {
      heartbeats: [
        heartbeat('cluster=~"a|b",alertname="Watchdog"', 'any'),
        heartbeat('kind="beat",zone!="test"', 'kind'),
        heartbeat('constructor="x"', 'hostile'),
      ],
    },
  })
  const found = (labels: Record<string, string>) =>
    routing.expected.of(toLabels(labels)).map(({ team, heartbeat: { name } }) => `${team}/${name}`)

  it.each<[Record<string, string>, string[]]>([
    [{ alertname: 'Watchdog', cluster: 'a' }, ['payments/a', 'search/any']],
    [{ alertname: 'Watchdog', cluster: 'b' }, ['search/any']],
    [{ alertname: 'Watchdog' }, []],
    [{ alertname: 'watchdog', cluster: 'a' }, []],
    [{ kind: 'beat' }, ['search/kind']],
    [{ kind: 'beat', zone: 'test' }, []],
    [{ alertname: 'Watchdog', cluster: 'a', kind: 'beat' }, ['payments/a', 'search/any', 'search/kind']],
    [{ constructor: 'x' }, ['search/hostile']],
    [{ alertname: '__proto__' }, []],
    [{}, []],
  ])('%j belongs to %j', (labels, names) => {
    expect(found(labels)).toEqual(names)
  })

  it('costs nothing to ask for when there are none', () => {
    const { expected } = routingOf({})
    expect(expected.of(toLabels(watchdog))).toBe(expected.of(toLabels({})))
  })

  it('is found by name', () => {
    expect(routing.expected.named('search', 'kind')?.heartbeat.matchers).toHaveLength(2)
    expect(routing.expected.named('payments', 'kind')).toBeUndefined()
    expect(routing.expected.named(undefined, 'kind')).toBeUndefined()
  })
})

describe('a heartbeat is not routed', () => {
  const heartbeats = [heartbeat('alertname="Watchdog"', 'w')]
  const places = (teams: Parameters<typeof routingOf>[0], labels: Record<string, string>) => {
    const placed = routingOf(teams).place(toLabels(labels))
    return {
      beaten: placed.heartbeats.map(({ team }) => team),
      owners: placed.teams,
      told: placed.placements.map(({ team }) => team),
    }
  }

  it('by the team that expects it', () => {
    const own = places({ payments: { heartbeats } }, { ...watchdog, team: 'payments' })
    expect(own).toEqual({ beaten: ['payments'], owners: ['payments'], told: [] })
  })

  it('by the catch-all, when nobody owns it', () => {
    expect(places({ payments: { heartbeats } }, watchdog)).toEqual({
      beaten: ['payments'],
      owners: ['default'],
      told: [],
    })
  })

  it('by anybody, when the operators expect it', () => {
    const placed = places({ default: { heartbeats }, payments: {} }, { ...watchdog, team: 'payments' })
    expect(placed).toEqual({ beaten: ['default'], owners: ['payments'], told: [] })
  })

  it('unless another team owns it: nobody silences the alerts of others by expecting them', () => {
    const teams = { payments: { owns: 'cluster="a"' }, search: { heartbeats } }
    expect(places(teams, { ...watchdog, team: 'payments' })).toMatchObject({ beaten: ['search'], told: ['payments'] })
    expect(places(teams, watchdog)).toMatchObject({ beaten: ['search'], told: ['payments'] })
    expect(places(teams, { ...watchdog, team: 'default' })).toMatchObject({ beaten: ['search'], told: ['default'] })
  })

  it('but all others are', () => {
    const placed = places({ payments: { heartbeats } }, { alertname: 'Down', team: 'payments' })
    expect(placed).toEqual({ beaten: [], owners: ['payments'], told: ['payments'] })
  })
})

describe('HeartbeatMissing', () => {
  const routing = routingOf({ payments: { heartbeats: [heartbeat('severity="critical"', 'greedy')] } })
  const labels = toLabels({
    alertname: 'HeartbeatMissing',
    team: 'payments',
    heartbeat: 'greedy',
    severity: 'critical',
  })

  it("goes by its heartbeat's own route, and is no heartbeat itself", () => {
    const { placements, heartbeats } = routing.placeOwn(labels)
    expect(heartbeats).toEqual([])
    expect(placements).toMatchObject([{ team: 'payments', route: { id: 'heartbeat:greedy' }, labels }])
    expect(routing.route('payments', 'heartbeat:greedy')?.receiver).toBe('chat')
    expect(routing.config('payments', 'heartbeat:greedy', null)).toMatchObject({ groupWaitMs: 0 })
  })

  it('goes by the tree when its heartbeat is not known any more', () => {
    const { placements } = routing.placeOwn(toLabels({ ...labels, heartbeat: 'gone' }))
    expect(placements.map(({ route }) => route.id)).toEqual([routing.teams.get('payments')?.document.root.id])
  })
})
