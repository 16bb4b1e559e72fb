/** Which routes take an alert (AM-R1, AM-R2), the trace that explains it, group labels (AM-R5, AM-R6) and route ids. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMatcher } from '../../src/route/matcher.ts'
import { parseMatchers } from '../../src/route/matcher-parse.ts'
import type { Route } from '../../src/route/route.ts'
import { assignRouteId, groupLabels, matchRoutes, traceRoutes } from '../../src/route/tree.ts'
import { labelsOf } from './labels.ts'

interface Options {
  readonly continue?: boolean
  readonly groupBy?: Route['groupBy']
}

function route(receiver: string, matchers: string, options: Options = {}, routes: readonly Route[] = []): Route {
  return {
    id: receiver,
    matchers: parseMatchers(matchers),
    receiver,
    groupBy: options.groupBy ?? [],
    groupWaitMs: 5_000,
    groupIntervalMs: 60_000,
    repeatIntervalMs: 14_400_000,
    continue: options.continue ?? false,
    flushNow: [],
    routes,
  }
}

const shop = route('default', '', {}, [
  route('audit', 'env=production', { continue: true }),
  route('database', 'service=~"postgres|mysql"', {}, [
    route('dba-pager', 'severity=critical', { continue: true }),
    route('dba-mail', 'env!=test'),
  ]),
  route('web', 'service=web', { continue: true }, [
    route('web-eu', 'zone=eu', { continue: true }),
    route('web-all', 'zone=~".+"'),
  ]),
  route('untagged', 'zone=""'),
  route('default', 'service=web, zone=eu'),
])

describe('routing', () => {
  it.each<[what: string, labels: string, receivers: string[]]>([
    ['no child matches: the node itself', 'zone=us', ['default']],
    ['a missing label counts as empty', 'job=x', ['untagged']],
    ['the first match ends the search', 'service=mysql,env=staging', ['dba-mail']],
    ['a match deep below ends it among the upper siblings too', 'service=mysql,env=staging,zone=""', ['dba-mail']],
    ['matched, but no child of it did', 'service=mysql,env=test', ['database']],
    ['continue inside a subtree adds the next sibling', 'service=mysql,severity=critical', ['dba-pager', 'dba-mail']],
    ['continue never adds the parent', 'service=mysql,severity=critical,env=test', ['dba-pager']],
    ['a continue child is kept and further siblings add', 'env=production,service=postgres', ['audit', 'dba-mail']],
    ['only a continue child matched', 'env=production,zone=us', ['audit']],
    ['the continue of an inner node does not reach outwards', 'service=web,zone=us', ['web-all']],
    ['one receiver name may come by several ways', 'service=web,zone=eu', ['web-eu', 'web-all', 'default']],
  ])('%s', (_, labels, receivers) => {
    const set = labelsOf(parseMatchers(labels).map(({ name, value }) => [name, value]))
    expect(matchRoutes(shop, set).map((found) => found.receiver)).toEqual(receivers)
  })

  it('takes hostile label names as data', () => {
    const root = route('default', '', {}, [route('hit', '"__proto__"="x", constructor=""')])
    expect(matchRoutes(root, labelsOf([['__proto__', 'x']])).map((found) => found.receiver)).toEqual(['hit'])
    expect(matchRoutes(root, labelsOf([])).map((found) => found.receiver)).toEqual(['default'])
  })

  it('gives nothing where the root itself has a matcher that fails', () => {
    expect(matchRoutes(route('default', 'a=b'), labelsOf([]))).toEqual([])
  })
})

describe('the trace', () => {
  it('shows each node visited, the first matcher that failed, and who took the alert', () => {
    const visits = traceRoutes(
      shop,
      labelsOf([
        ['env', 'production'],
        ['service', 'postgres'],
      ]),
    )
    const lines = visits.map(({ route: { receiver }, depth, matched, failed, chosen }) => [
      receiver,
      depth,
      matched,
      failed && formatMatcher(failed),
      chosen,
    ])
    expect(lines).toEqual([
      ['default', 0, true, null, false],
      ['audit', 1, true, null, true],
      ['database', 1, true, null, false],
      ['dba-pager', 2, false, 'severity="critical"', false],
      ['dba-mail', 2, true, null, true],
    ])
  })

  it('agrees with matchRoutes on every tree', () => {
    const matchers = fc.constantFrom('a=x', 'a!=x', 'b=~"x|y"', 'b!~".+"', 'a="",b=x', '')
    const { tree } = fc.letrec<{ tree: Route }>((tie) => ({
      tree: fc
        .tuple(
          matchers,
          fc.boolean(),
          fc.oneof({ maxDepth: 3, depthIdentifier: 'tree' }, fc.constant([]), fc.array(tie('tree'), { maxLength: 3 })),
        )
        .map(([text, goOn, routes]) => route('r', text, { continue: goOn }, routes)),
    }))
    const labels = fc
      .array(fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('', 'x', 'y')), { maxLength: 2 })
      .map(labelsOf)
    fc.assert(
      fc.property(tree, labels, (root, set) => {
        const visits = traceRoutes(root, set)
        const chosen = visits.filter((visit) => visit.chosen).map((visit) => visit.route)
        const found = matchRoutes(root, set)
        expect(chosen.length).toBe(found.length)
        for (const [i, one] of found.entries()) expect(chosen[i]).toBe(one)
        for (const visit of visits) expect(visit.matched).toBe(visit.failed === null)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('group labels', () => {
  const labels = labelsOf([
    ['alertname', 'Slow'],
    ['cluster', 'eu'],
    ['pod', 'a-1'],
    ['__proto__', 'x'],
  ])

  it.each<[groupBy: Route['groupBy'], expected: [string, string][]]>([
    [[], []],
    [['alertname'], [['alertname', 'Slow']]],
    [
      ['pod', 'alertname'],
      [
        ['alertname', 'Slow'],
        ['pod', 'a-1'],
      ],
    ],
    [['region', 'cluster'], [['cluster', 'eu']]],
    [['constructor'], []],
    [['__proto__'], [['__proto__', 'x']]],
  ])('by %j', (groupBy, expected) => {
    const found = groupLabels(route('r', '', { groupBy }), labels)
    expect(Object.entries(found)).toEqual(expected)
    expect('toString' in found).toBe(false)
  })

  it('by all are the labels', () => {
    expect(groupLabels(route('r', '', { groupBy: 'all' }), labels)).toEqual(labels)
  })

  it('come in the order of UTF-8 bytes, whatever the order of group_by', () => {
    const names = ['\u{10400}', '\uffee', 'a']
    const set = labelsOf(names.map((name) => [name, '1']))
    for (const groupBy of [names, names.toReversed()]) {
      expect(Object.keys(groupLabels(route('r', '', { groupBy }), set))).toEqual(['a', '\uffee', '\u{10400}'])
    }
  })
})

describe('a route id', () => {
  const path = (...levels: string[]) => [[], ...levels.map(parseMatchers)]
  const base = assignRouteId(
    path('team=db, env!=test', 'severity=~"a|b"'),
    'pager',
    ['alertname', 'cluster'],
    undefined,
  )

  it('is the name that the author gave', () => {
    expect(assignRouteId(path('team=db'), 'pager', 'all', 'db-pager')).toBe('db-pager')
  })

  it('stays the same for the same meaning, across versions of this program', () => {
    expect(base).toBe('f425aff5f1b6')
    const reordered = path('env!="test",team="db",', '{severity=~"a|b"}')
    expect(assignRouteId(reordered, 'pager', ['cluster', 'alertname'], undefined)).toBe(base)
  })

  it.each<[what: string, id: string]>([
    [
      'matcher',
      assignRouteId(path('team=db, env=test', 'severity=~"a|b"'), 'pager', ['alertname', 'cluster'], undefined),
    ],
    [
      'level',
      assignRouteId(path('team=db', 'env!=test, severity=~"a|b"'), 'pager', ['alertname', 'cluster'], undefined),
    ],
    [
      'receiver',
      assignRouteId(path('team=db, env!=test', 'severity=~"a|b"'), 'mail', ['alertname', 'cluster'], undefined),
    ],
    ['group_by', assignRouteId(path('team=db, env!=test', 'severity=~"a|b"'), 'pager', ['alertname'], undefined)],
    ['group_by all', assignRouteId(path('team=db, env!=test', 'severity=~"a|b"'), 'pager', 'all', undefined)],
    ['label called all', assignRouteId(path('team=db, env!=test', 'severity=~"a|b"'), 'pager', ['all'], undefined)],
  ])('changes with another %s', (_, id) => {
    expect(id).toMatch(/^[0-9a-f]{12}$/)
    expect(id).not.toBe(base)
  })

  it('tells a comma in a value from a comma between matchers', () => {
    expect(assignRouteId(path('a="x\\",b=\\"y"'), 'r', [], undefined)).not.toBe(
      assignRouteId(path('a="x",b="y"'), 'r', [], undefined),
    )
  })
})
