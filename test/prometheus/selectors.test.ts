/** What the reading of PromQL finds, by examples: the tests of the rules and panels are as good as this. */
import { describe, expect, it } from 'vitest'
import { selectorsOf, windowsOf } from './selectors.ts'

const labelsOf = (expr: string) => selectorsOf(expr).map(({ metric, labels }) => `${metric}{${labels.join()}}`)

describe('selectors', () => {
  it.each<[string, string, readonly string[]]>([
    ['a name alone', 'up', ['up{}']],
    ['matchers', 'rate(x_total{job="a", code=~"5.."}[5m] offset 1m)', ['x_total{job,code}']],
    ['a grouping', 'sum by (service, le) (rate(x_bucket{job="a"}[5m]))', ['x_bucket{service,le,job}']],
    ['a grouping written behind', 'sum(x) by (service)', ['x{service}']],
    ['what is grouped away', 'avg without (cpu) (x{mode="idle"})', ['x{cpu,mode}']],
    ['both sides of a division', 'sum by (a) (x / y)', ['x{a}', 'y{a}']],
    ['numbers, which have no labels', '1 - sum by (a) (x) > bool 0.5', ['x{a}']],
    ['a join', 'sum by (a, b) (x * on (a) group_left (b) y)', ['x{a}', 'y{a,b}']],
    ['a join to the right', 'sum by (a, b) (y * on (a) group_right (b) x)', ['y{a,b}', 'x{a}']],
    ['a union on some labels', 'sum by (a) (x or on (b) y)', ['x{a,b}', 'y{b,a}']],
    ['an exclusion on some labels', 'sum by (a) (x unless on (b) y)', ['x{a,b}', 'y{b}']],
    ['a label that is made', 'sum by (new) (label_replace(x, "new", "$1", "old", "(.*)"))', ['x{old}']],
    ['a label that is put together', 'sum by (new, c) (label_join(x, "new", "-", "a", "b"))', ['x{c,a,b}']],
    ['what may be absent', 'sum by (a) (absent(x{job="j"}))', ['x{job}']],
    ['several levels', 'max by (a) (sum by (a, b) (x) / on (a) (count by (a) (y) > 0))', ['x{a,b}', 'y{a}']],
  ])('reads %s', (_, expr, expected) => {
    expect(labelsOf(expr)).toEqual(expected)
  })

  it('reads what matchers say', () => {
    expect(selectorsOf(String.raw`x{a="1", b!~"\\d|\"", c=''}`)[0]?.matchers).toEqual([
      { name: 'a', operator: '=', value: '1' },
      { name: 'b', operator: '!~', value: String.raw`\d|"` },
      { name: 'c', operator: '=', value: '' },
    ])
  })

  it('throws at what is no PromQL', () => {
    expect(() => selectorsOf('sum(rate(x[5m])')).toThrow('no PromQL after')
  })
})

it('windows are those of ranges, not offsets', () => {
  expect(windowsOf('rate(x[5m] offset 1d) / increase(y[1h])')).toEqual(['5m', '1h'])
})
