/** Our classic matcher syntax against amtool 0.25, which knows only that one: the same texts, the same matchers. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { formatMatcher, type Matcher } from '../../src/route/matcher.ts'
import { parseClassic } from '../../src/route/matcher-classic.ts'
import { MatcherSyntaxError } from '../../src/route/matcher-syntax-error.ts'
import { describeWith } from '../components.ts'

describeWith('amtool', 'the classic matcher syntax agrees with amtool', (amtool) => {
  const folder = mkdtempSync(join(tmpdir(), 'amtool-matchers-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('reads 800 random texts alike, or refuses them alike', { timeout: 60_000 }, async () => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(texts, async (batch) => {
        const theirs = await Promise.all(batch.map(amtoolReads))
        const ours = batch.map(weRead)
        accepted += ours.filter((printed) => printed !== 'refused').length
        expect(Object.fromEntries(batch.map((text, i) => [text, ours[i]]))).toEqual(
          Object.fromEntries(batch.map((text, i) => [text, theirs[i]])),
        )
      }),
      { numRuns: 200 },
    )
    expect(accepted).toBeGreaterThan(200)
    expect(accepted).toBeLessThan(700)
  })

  /** How `config routes show` prints the route that has this one text; "refused" if the file does not load. */
  async function amtoolReads(text: string, slot: number): Promise<string> {
    const file = join(folder, `${slot}.yml`)
    const route = { receiver: 'root', routes: [{ receiver: 'leaf', matchers: [text] }] }
    writeFileSync(file, JSON.stringify({ route, receivers: [{ name: 'root' }, { name: 'leaf' }] }))
    try {
      const { stdout } = await promisify(execFile)(amtool, ['config', 'routes', 'show', `--config.file=${file}`], {
        env: { HOME: folder },
        timeout: 20_000,
      })
      return / {4}└── (.*) {2}receiver: leaf\s*$/s.exec(stdout)?.[1] ?? stdout
    } catch (error) {
      if ((error as { code?: unknown }).code === 1) return 'refused'
      throw error
    }
  }
})

function weRead(text: string): string {
  try {
    const matchers = parseClassic(text).sort(asUpstream)
    return matchers.length === 0 ? 'default-route' : `{${matchers.map(formatMatcher).join(',')}}`
  } catch (error) {
    if (error instanceof MatcherSyntaxError) return 'refused'
    throw error
  }
}

/** Alertmanager sorts the matchers of a route by name, value and operator (AM-M6). */
function asUpstream(a: Matcher, b: Matcher): number {
  const ops = ['=', '!=', '=~', '!~']
  return compare(a.name, b.name) || compare(a.value, b.value) || ops.indexOf(a.op) - ops.indexOf(b.op)
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

const piece = fc.constantFrom('a', 'b', '=', '!=', '=~', '!~', '"', ',', '\\', '{', '}', ' ', 'n', '.', '1', 'é')
const loose = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
const value = fc.oneof(
  loose,
  loose.map((text) => `"${text}"`),
  fc.constantFrom('x', '""', '"x"', '"\\n\\"\\\\"', '\\', '\u00a0'),
)
const likely = fc
  .tuple(fc.constantFrom('a', ' b', 'c:1', '_'), fc.constantFrom('=', '!=', ' =~ ', '!~'), value)
  .map((parts) => parts.join(''))
const list = fc.tuple(
  fc.constantFrom('', '{', ' {'),
  fc.array(likely, { maxLength: 3 }),
  fc.constantFrom('', '}', ',', ', }', '\u00a0'),
)
const text = fc.oneof(
  loose,
  likely,
  list.map(([before, items, after]) => before + items.join(',') + after),
)
const texts = fc.array(text, { minLength: 4, maxLength: 4 })
