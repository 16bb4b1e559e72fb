/** Our routing against Alertmanager's own: `amtool config routes test` must name the same receivers in the same order. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import type { Labels } from '../../src/alert/labels.ts'
import { matches } from '../../src/route/matcher.ts'
import { parseMatchers } from '../../src/route/matcher-parse.ts'
import type { MatchRoutes, Route } from '../../src/route/route.ts'
import { matchRoutes } from '../../src/route/tree.ts'
import { describeWith } from '../components.ts'
import { labelsOf } from './labels.ts'

/** A random route as the two sides read it: texts of matchers, no inheritance but the tree itself. */
interface Draft {
  readonly matchers: readonly string[]
  readonly continue: boolean
  readonly routes: readonly Draft[]
}

type LabelChoice = readonly (readonly [name: string, value: string])[]

describeWith('amtool', 'routing agrees with amtool', (amtool) => {
  const folder = mkdtempSync(join(tmpdir(), 'amtool-routes-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('names the same receivers for 2,400 random trees and label sets', { timeout: 90_000 }, async () => {
    const seen = { pairs: 0, continue: 0, regex: 0, nested: 0, empty: 0, several: 0 }
    await fc.assert(
      comparison(matchRoutes, (tree, choices, answers) => {
        const features = featuresOf(tree)
        for (const [i, choice] of choices.entries()) {
          seen.pairs++
          seen.continue += Number(features.continue)
          seen.regex += Number(features.regex)
          seen.nested += Number(features.nested)
          seen.empty += Number(features.empty || choice.some(([, value]) => value === ''))
          seen.several += Number(answers[i]?.includes(','))
        }
      }),
      { numRuns: 300 },
    )
    expect(seen.pairs).toBeGreaterThanOrEqual(2000)
    for (const feature of ['continue', 'regex', 'nested', 'empty'] as const) {
      expect(seen[feature] / seen.pairs, `share of pairs with ${feature}`).toBeGreaterThan(0.3)
    }
    expect(seen.several / seen.pairs, 'share of pairs with several receivers').toBeGreaterThan(0.1)
  })

  it.each([
    ['continue is ignored', faulty({ stops: () => true })],
    [
      'the continue of the last node below counts, not that of the child',
      faulty({ stops: (_, last) => !last.continue }),
    ],
    ['the parent takes the alert too when its matching child continues', faulty({ parentToo: true })],
  ])('finds a planted fault: %s', { timeout: 60_000 }, async (_, match) => {
    const outcome = await fc.check(comparison(match), { numRuns: 300, endOnFailure: true })
    expect(outcome.failed).toBe(true)
    expect(String(outcome.errorInstance)).toContain('AssertionError')
  })

  it('plants nothing but the fault', () => {
    fc.assert(
      fc.property(treeArbitrary, labelChoices, (tree, choices) => {
        const root = toRoute(tree, 'r')
        for (const labels of choices.map(labelsOf)) expect(faulty({})(root, labels)).toEqual(matchRoutes(root, labels))
      }),
    )
  })

  /** One tree and eight label sets, asked of amtool four at a time. */
  function comparison(match: MatchRoutes, observe?: (tree: Draft, choices: LabelChoice[], answers: string[]) => void) {
    return fc.asyncProperty(treeArbitrary, labelChoices, async (tree, choices) => {
      const root = toRoute(tree, 'r')
      const config = join(folder, 'routes.yml')
      writeFileSync(config, JSON.stringify({ route: toYaml(tree, 'r'), receivers: receiversOf(root) }))
      const answers: string[] = new Array(choices.length)
      const waiting = [...choices.entries()]
      await Promise.all(
        Array.from({ length: 4 }, async () => {
          for (let next = waiting.pop(); next; next = waiting.pop()) answers[next[0]] = await ask(config, next[1])
        }),
      )
      observe?.(tree, choices, answers)
      const ours = choices.map((choice) => match(root, labelsOf(choice)).map((route) => route.receiver))
      expect(ours.map((receivers) => receivers.join(','))).toEqual(answers)
    })
  }

  /** stderr is not read: Debian's amtool warns there about its default address. */
  async function ask(config: string, choice: LabelChoice): Promise<string> {
    const labels = choice.map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    const { stdout } = await promisify(execFile)(
      amtool,
      ['config', 'routes', 'test', `--config.file=${config}`, ...labels],
      { env: { HOME: folder }, timeout: 20_000 },
    )
    return stdout.trim()
  }
})

const names = fc.constantFrom('a', 'b', 'job')
const values = fc.constantFrom('', 'x', 'y', 'xy', 'X', 'x y', 'ü', 'x\ny', '"x,y"', '}')
const plainValues = fc.constantFrom('', 'x', 'y', 'xy', 'X')
const patterns = fc.constantFrom(
  'x|y',
  'x.*',
  '.+',
  '.*',
  '',
  '[xy]+',
  '(?i)X',
  'x?',
  '^x$',
  '(x|)',
  'x.y',
  '(?s)x.y',
  '\\pL',
  'y|',
)

/** One matcher in one of the ways people write it. */
const matcherText = fc.oneof(
  fc.tuple(names, fc.constantFrom('=', '!='), plainValues).map(([name, op, value]) => `${name}${op}${value}`),
  fc.tuple(names, fc.constantFrom('=', '!='), values).map(([name, op, value]) => `${name} ${op} ${quote(value)}`),
  fc.tuple(names, fc.constantFrom('=~', '!~'), patterns).map(([name, op, value]) => `${name}${op}${quote(value)}`),
  fc
    .tuple(names, fc.constantFrom('=~', '!~'), patterns)
    .map(([name, op, value]) => `{ ${name} ${op} ${quote(value)}, }`),
  fc.tuple(names, names, patterns).map(([one, other, value]) => `${one}!="", ${other}=~${quote(value)}`),
)

const { draft: draftArbitrary } = fc.letrec<{ draft: Draft }>((tie) => ({
  draft: fc.record({
    matchers: fc.array(matcherText, { maxLength: 2 }),
    continue: fc.boolean(),
    routes: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'routes' },
      fc.constant([]),
      fc.array(tie('draft'), { maxLength: 4 }),
    ),
  }),
}))

const treeArbitrary = fc
  .array(draftArbitrary, { minLength: 1, maxLength: 4 })
  .map((routes): Draft => ({ matchers: [], continue: false, routes }))

const labelChoices = fc.array(fc.uniqueArray(fc.tuple(names, values), { selector: ([name]) => name, maxLength: 3 }), {
  minLength: 8,
  maxLength: 8,
})

function quote(value: string): string {
  return JSON.stringify(value)
}

function toYaml(draft: Draft, receiver: string): object {
  const { matchers, routes } = draft
  return {
    receiver,
    matchers,
    ...(draft.continue && { continue: true }),
    routes: routes.map((route, i) => toYaml(route, `${receiver}.${i}`)),
  }
}

/** Every node has a receiver of its own, so that the answer names the node. */
function toRoute(draft: Draft, receiver: string): Route {
  return {
    id: receiver,
    matchers: draft.matchers.flatMap(parseMatchers),
    receiver,
    groupBy: [],
    groupWaitMs: 0,
    groupIntervalMs: 1,
    repeatIntervalMs: 1,
    continue: draft.continue,
    flushNow: [],
    routes: draft.routes.map((route, i) => toRoute(route, `${receiver}.${i}`)),
  }
}

function receiversOf(route: Route): { name: string }[] {
  return [{ name: route.receiver }, ...route.routes.flatMap(receiversOf)]
}

function featuresOf(tree: Draft) {
  const nodes = allOf(tree)
  const texts = nodes.flatMap((node) => node.matchers)
  return {
    continue: nodes.some((node) => node.continue),
    regex: texts.some((text) => text.includes('~')),
    nested: tree.routes.some((child) => child.routes.length > 0),
    empty: texts.some((text) => /=(?:\s*"")?$/.test(text)),
  }
}

function allOf(draft: Draft): Draft[] {
  return [draft, ...draft.routes.flatMap(allOf)]
}

/** A matcher of trees with one fault, to prove that the comparison sees it. */
function faulty(fault: { stops?: (child: Route, last: Route) => boolean; parentToo?: boolean }): MatchRoutes {
  const stops = fault.stops ?? ((child) => !child.continue)
  const match = (route: Route, labels: Labels): Route[] => {
    if (!route.matchers.every((matcher) => matches(matcher, labels))) return []
    const all: Route[] = []
    let stopped = false
    for (const child of route.routes) {
      const below = match(child, labels)
      all.push(...below)
      const last = below.at(-1)
      stopped = last !== undefined && stops(child, last)
      if (stopped) break
    }
    return all.length === 0 || (fault.parentToo && !stopped) ? [...all, route] : all
  }
  return match
}
