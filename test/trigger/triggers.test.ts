/** Every alert can be made to fire, and what may run together does not disturb itself. */
import { describe, expect, it } from 'vitest'
import { exclude } from '../../src/trigger/cause.ts'
import { fault } from '../../src/trigger/fault.ts'
import { rounds } from '../../src/trigger/rounds.ts'
import { type Trigger, triggers } from '../../src/trigger/triggers.ts'
import { shippedAlerts } from '../prometheus/shipped-rules.ts'

const inRules = shippedAlerts().map(({ alert, labels }) => `${alert} ${labels.severity}`)

function pick(...names: string[]): Trigger[] {
  return names.map((name) => {
    const found = triggers.find(({ alert, severity }) => name === `${alert} ${severity}`)
    if (found === undefined) throw new Error(`no trigger ${name}`)
    return found
  })
}

describe('the table of triggers', () => {
  it('names exactly the alerts of prometheus/rules/, in each of their severities, once', () => {
    const inTable = triggers.map(({ alert, severity }) => `${alert} ${severity}`)
    expect(inTable.toSorted()).toEqual([...new Set(inRules)].sort())
    expect(inRules.length).toBeGreaterThan(40)
  })

  it('says of every cause what it does, and shares the cause where it is the same', () => {
    for (const { cause } of triggers) expect(cause.does).toMatch(/^\S.{20,160}[^.]$/)
    const byKey = Map.groupBy(triggers, ({ cause }) => cause.key)
    for (const sharing of byKey.values()) expect(new Set(sharing.map(({ cause }) => cause.does)).size).toBe(1)
    expect(byKey.size).toBeLessThan(triggers.length)
  })
})

describe('causes', () => {
  it.each([
    ['the same fault in the same amount', 'HighErrorRate warning', 'SloErrors critical', false],
    ['different faults of one server', 'LowModelConfidence warning', 'ModelAccuracyDrop critical', false],
    ['two kinds of waiting at one server', 'HighPredictionLatency warning', 'HighInferenceLatency critical', true],
    ['the same fault at two servers', 'SloLatency critical', 'HighInferenceLatency critical', false],
    ['a silent server and a fault of it', 'ModelServerDown critical', 'LowModelConfidence warning', true],
    ['a silent server and a fault of the other', 'ModelServerDown critical', 'HighErrorRate warning', false],
    ['no traffic and a fault', 'LowPredictionThroughput info', 'DataDriftDetected warning', true],
    ['no traffic and traffic', 'LowPredictionThroughput info', 'DemoHighRequestRate demo', true],
    ['no traffic and a host', 'LowPredictionThroughput info', 'HostLowDisk critical', false],
    ['three troubles of a host', 'HostLowDisk critical', 'HostHighCpu warning', false],
    ['two answers of the drill', 'AlertRouterCircuitOpen warning', 'AlertRouterDeadLetters critical', true],
    ['a router that stands still and anything', 'AlertRouterDown critical', 'HostLowDisk critical', true],
    [
      'a router that stands still and one that cannot write',
      'AlertRouterDown critical',
      'AlertRouterStoreFailing critical',
      true,
    ],
    ['what always fires and anything', 'Watchdog none', 'AlertRouterDown critical', false],
  ])('%s: %s, %s exclude each other: %s', (_what, one, other, excluded) => {
    const [a, b] = pick(one, other) as [Trigger, Trigger]
    expect(exclude(a.cause, b.cause)).toBe(excluded)
    expect(exclude(b.cause, a.cause)).toBe(excluded)
  })

  it('of one fault in two amounts exclude each other', () => {
    expect(exclude(fault('iris', 'errors', 0.3), fault('iris', 'errors', 0.045))).toBe(true)
    expect(exclude(fault('iris', 'errors', 0.3), fault('iris', 'errors', 0.3))).toBe(false)
  })

  it('that exclude each other run in different rounds, and every trigger runs', () => {
    const filled = rounds(triggers)
    expect(filled.flat().toSorted(byName)).toEqual(triggers.toSorted(byName))
    for (const round of filled) {
      for (const { cause } of round) expect(round.filter((other) => exclude(cause, other.cause))).toEqual([])
    }
    expect(filled.length).toBeLessThan(12)
  })
})

function byName(a: Trigger, b: Trigger): number {
  return `${a.alert} ${a.severity}`.localeCompare(`${b.alert} ${b.severity}`)
}
