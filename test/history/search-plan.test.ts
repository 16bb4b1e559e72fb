/** What a search asks the index: which conditions it can answer, and which of them are worth it. */
import { describe, expect, it } from 'vitest'
import { choose, conditionsOf, isDense, type SearchFilter } from '../../src/history/search-plan.ts'
import { parseMatchers } from '../../src/route/matcher-parse.ts'

const anything: SearchFilter = { team: null, teams: null, source: null, matchers: [] }
const alternatives = (count: number) =>
  Array.from({ length: count }, (_, n) => String.fromCodePoint(0x4e00 + n)).join('|')

describe('the index can answer', () => {
  it.each<[filter: string, known: string[][], prefixes: string[]]>([
    ['service="checkout"', [['service=checkout']], []],
    ['service=""', [], []],
    ['service!="checkout"', [], []],
    ['service!=""', [], []],
    ['service!~".*"', [], []],
    ['service=~""', [], []],
    ['service=~".*"', [], []],
    ['service=~"checkout|"', [], []],
    ['service=~"checkout|ledger"', [['service=checkout', 'service=ledger']], []],
    ['service=~"checkout"', [['service=checkout']], []],
    ['service=~".+"', [], ['service=']],
    ['service=~"Pay.*"', [], ['service=^pay']],
    ['service=~"pay.*|led.*"', [], ['service=']],
    ['service=~"p?ay.+"', [], ['service=']],
    ['a="1",b="2",c!="3"', [['a=1'], ['b=2']], []],
    [`a=~"${alternatives(301)}"`, [], []],
  ])('of %s', (filter, known, prefixes) => {
    const conditions = conditionsOf({ ...anything, matchers: parseMatchers(filter) })
    expect(conditions.known).toEqual(known)
    expect(conditions.patterns.map(({ prefix }) => prefix)).toEqual(prefixes)
  })

  it('teams and sources', () => {
    expect(
      conditionsOf({ ...anything, team: 'payments', teams: ['payments', 'search'], source: 'eu-1' }).known,
    ).toEqual([['@team=payments'], ['@source=eu-1']])
    expect(conditionsOf({ ...anything, teams: ['payments', 'search'] }).known).toEqual([
      ['@team=payments', '@team=search'],
    ])
  })

  it('no more than a dozen conditions', () => {
    const matchers = parseMatchers(Array.from({ length: 50 }, (_, n) => `l${n}="x",r${n}=~"x.+"`).join())
    const { known, patterns } = conditionsOf({ ...anything, matchers })
    expect([known.length, patterns.length]).toEqual([12, 12])
  })
})

describe('the index is asked', () => {
  const rare = { terms: ['rare'], share: 0.001 }
  const usual = { terms: ['usual'], share: 0.09 }
  const third = { terms: ['third'], share: 0.33 }
  const most = { terms: ['most'], share: 0.6 }

  it.each<[what: string, shares: (typeof rare)[], rowShare: number, failed: boolean, asked: string[]]>([
    ['for the rare ones', [third, rare, most], 1, false, ['rare']],
    ['for the rarest first', [usual, rare], 1, false, ['rare', 'usual']],
    ['nothing when all are broad', [third, most], 1, false, []],
    ['for broad ones when nothing else helped', [most, third, usual], 1, true, ['usual', 'third']],
    ['nothing when the rows are fewer', [usual, third], 0.001, false, []],
    ['for what is rarer than the rows', [rare, third], 0.05, false, ['rare']],
  ])('%s', (_, shares, rowShare, failed, asked) => {
    expect(choose(shares, rowShare, failed).flat()).toEqual(asked)
  })

  it('until it turns out that there are more hits than rows to skip', () => {
    expect(isDense(50, 400, 1)).toBe(true)
    expect(isDense(50, 600, 1)).toBe(false)
    expect(isDense(50, 100_000, 0.001)).toBe(true)
  })
})
