/** The tables of a run: ours beside Alertmanager's, with the floor and the goal that were set for each figure. */
import type { HistoryResult } from './history.ts'
import { type IngestCase, type IngestResult, ingestCases } from './ingest.ts'
import { type LatencyCase, type LatencyResult, latencyCases } from './latency.ts'
import type { RestartResult } from './restart.ts'
import type { Kind } from './servers.ts'
import { type Column, table } from './table.ts'

/** A floor must hold, a goal is aimed at. */
interface Target {
  readonly floor: number
  readonly goal: number
}

/** Times what Alertmanager takes in the same run: more is better. */
const ingestTargets: Readonly<Record<IngestCase, Target>> = {
  '20 new': { floor: 1, goal: 2 },
  '20 duplicate': { floor: 2, goal: 6 },
  '20 resolving': { floor: 1, goal: 2.5 },
  '1 new': { floor: 0.6, goal: 1 },
}

/** Milliseconds: less is better. */
const latencyTargets: Readonly<Record<LatencyCase, { readonly p50?: Target; readonly p99: Target }>> = {
  idle: { p50: { floor: 20, goal: 2 }, p99: { floor: 100, goal: 10 } },
  '1,000/s': { p99: { floor: 250, goal: 20 } },
}

/** Seconds until ready with 100,000 active alerts: less is better. */
const restartTarget: Target = { floor: 5, goal: 1 }

/** Milliseconds for a filtered page, and bytes on disk: less is better. */
const pageTarget: Target = { floor: 250, goal: 20 }
const episodeTarget: Target = { floor: 600, goal: 600 }

export function ingestTable(results: Map<Kind, IngestResult>): string {
  const rows = ingestCases.flatMap((name) =>
    oursFirst(results).map(([kind, result], at) => {
      const { alertsPerSecond, cpuPerAlert, answer, refused, loaderCpu } = result[name]
      const other = theirs(results)?.[name].alertsPerSecond
      const judged = at === 0 && other !== undefined
      const ratio = judged ? alertsPerSecond / other : Number.NaN
      return [
        at === 0 ? `${name}${name.startsWith('1 ') ? ' alert' : ''} a request` : '',
        kind.name,
        Math.round(alertsPerSecond).toLocaleString('en'),
        number(cpuPerAlert, 1),
        number(answer.p50, 1),
        number(answer.p99, 1),
        String(refused),
        `${number(loaderCpu * 100, 0)} %`,
        judged ? `${number(ratio, 2)}x` : '',
        ...(judged ? targetCells(ingestTargets[name], 'x') : ['', '']),
        refused > 0 ? 'FAILED: answers that were not 2xx' : judged ? more(ratio, ingestTargets[name]) : '',
      ]
    }),
  )
  const columns = [
    ...start,
    right('alerts/s'),
    right('CPU us/alert'),
    right('p50 ms'),
    right('p99 ms'),
    right('not 2xx'),
    right('loader'),
    right('ratio'),
    ...end,
  ]
  return table('Durable ingest: answered only after the commit (Alertmanager: in memory)', columns, rows)
}

export function latencyTable(results: Map<Kind, LatencyResult>): string {
  const rows = latencyCases.flatMap((name) =>
    oursFirst(results).map(([kind, result], at) => {
      const { delivery, accepted, missing, twice } = result[name]
      const { p50, p99 } = latencyTargets[name]
      const target = { floor: pair(p50?.floor, p99.floor), goal: pair(p50?.goal, p99.goal) }
      const worst = p50 === undefined || delivery.p50 / p50.goal < delivery.p99 / p99.goal
      const verdict = worst ? less(delivery.p99, p99) : less(delivery.p50, p50)
      return [
        at === 0 ? (name === 'idle' ? '100/s, 1 a request (idle)' : '1,000/s, 10 a request') : '',
        kind.name,
        number(delivery.p50, 2),
        number(delivery.p99, 2),
        accepted.toLocaleString('en'),
        String(missing),
        String(twice),
        ...(at === 0 ? [target.floor, target.goal] : ['', '']),
        missing + twice > 0 ? 'FAILED: missing or told twice' : at === 0 ? verdict : '',
      ]
    }),
  )
  const columns = [
    ...start,
    right('p50 ms'),
    right('p99 ms'),
    right('accepted'),
    right('missing'),
    right('twice'),
    ...end,
  ]
  return table('Receipt to delivery: the sink has it; group_wait 0, each alert its own group', columns, rows)
}

export function restartTable(results: Map<Kind, RestartResult>): string {
  const rows = oursFirst(results).map(([kind, result], at) => {
    const { readySeconds, toldTwice, forgotten, groups, refused } = result
    const failed = toldTwice + forgotten + refused > 0
    return [
      at === 0 ? `${result.alerts.toLocaleString('en')} active alerts` : '',
      kind.name,
      number(readySeconds, 2),
      String(groups),
      String(toldTwice),
      String(forgotten),
      String(refused),
      number(result.residentMb, 0),
      number(result.residentAfterMb, 0),
      ...(at === 0 ? targetCells(restartTarget, ' s') : ['', '']),
      at > 0 ? '' : failed ? 'FAILED: told twice, forgotten or refused' : less(readySeconds, restartTarget),
    ]
  })
  const columns = [
    ...start,
    right('ready s'),
    right('groups'),
    right('told twice'),
    right('forgotten'),
    right('not 2xx'),
    right('RSS MB'),
    right('after'),
    ...end,
  ]
  return table('kill -9 and start, the same alerts sent again, then all resolved', columns, rows)
}

export function historyTables({ written, classes, residentMb, residentAfterMb }: HistoryResult): string[] {
  const pages = classes.map(({ name, page, maxMs, found, short, others }) => [
    name,
    number(page.p50, 1),
    number(page.p99, 1),
    number(maxMs, 1),
    number(found, 1),
    short > 0 ? `${number(short * 100, 0)} %` : '',
    `${number(others.p50, 1)} / ${number(others.p99, 1)}`,
    ...targetCells(pageTarget, ' ms'),
    less(page.p99, pageTarget),
  ])
  const pageColumns = [
    { title: 'filter', align: 'left' } as const,
    right('p50 ms'),
    right('p99 ms'),
    right('max ms'),
    right('found'),
    right('short pages'),
    right('others wait'),
    ...end,
  ]
  const { episodes, rowBytes, indexBytes, indexUs, mergeUs, longestMs } = written
  const row = [
    `${episodes.toLocaleString('en')} episodes`,
    number(rowBytes, 0),
    number(indexBytes, 1),
    number(indexUs, 1),
    number(mergeUs, 1),
    number(longestMs, 0),
    number(residentMb, 0),
    number(residentAfterMb, 0),
    ...targetCells(episodeTarget, ' B'),
    less(rowBytes + indexBytes, episodeTarget),
  ]
  const sizeColumns = [
    { title: '', align: 'left' } as const,
    right('row B'),
    right('index B'),
    right('index us'),
    right('merge us'),
    right('longest ms'),
    right('RSS MB'),
    right('after'),
    ...end,
  ]
  return [
    table('A page of 50 of the history, over HTTP', pageColumns, pages),
    table('What one episode of it takes on disk, and to index', sizeColumns, [row]),
  ]
}

const start: readonly Column[] = [
  { title: '', align: 'left' },
  { title: '', align: 'left' },
]
const end: readonly Column[] = [right('floor'), right('goal'), { title: '', align: 'left' }]

function right(title: string): Column {
  return { title, align: 'right' }
}

/** Ours first, Alertmanager's below; they were measured the other way round. */
function oursFirst<Result>(results: Map<Kind, Result>): [Kind, Result][] {
  return [...results].reverse()
}

function theirs<Result>(results: Map<Kind, Result>): Result | undefined {
  return [...results].find(([kind]) => kind.name === 'Alertmanager')?.[1]
}

function number(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '-'
}

function pair(p50: number | undefined, p99: number): string {
  return p50 === undefined ? `p99 ${p99}` : `${p50} / ${p99}`
}

function targetCells({ floor, goal }: Target, unit: string): string[] {
  return [`${floor}${unit}`, `${goal}${unit}`]
}

function more(value: number, { floor, goal }: Target): string {
  return verdict(value >= floor, value >= goal, 1 - value / floor, 1 - value / goal)
}

function less(value: number, { floor, goal }: Target): string {
  return verdict(value <= floor, value <= goal, value / floor - 1, value / goal - 1)
}

function verdict(floorMet: boolean, goalMet: boolean, shortOfFloor: number, shortOfGoal: number): string {
  if (goalMet) return 'goal met'
  if (floorMet) return `floor met, goal short by ${(shortOfGoal * 100).toFixed(0)} %`
  return `FAILED: floor short by ${(shortOfFloor * 100).toFixed(0)} %`
}
