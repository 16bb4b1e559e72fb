/** The runbooks: a page for every alert, complete, and every query and command in it well-formed. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parser } from '@prometheus-io/lezer-promql'
import { afterAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { type Labels, toLabels } from '../../src/alert/labels.ts'
import { matches } from '../../src/route/matcher.ts'
import { parseMatchers } from '../../src/route/matcher-parse.ts'
import { parseDuration } from '../../src/team/duration.ts'
import { describeWith } from '../components.ts'
import { ruleTests } from './rule-tests.ts'
import { shippedAlerts } from './shipped-rules.ts'

const folder = 'prometheus/runbooks'
const alerts = shippedAlerts()
const names = [...new Set(alerts.map(({ alert }) => alert))].sort()
const pages = new Map(names.map((name) => [name, readPage(name)]))
const fired = firedLabels()
const headings = ['What it means', 'Check', 'Fix', 'Silence', 'See it fire']

function readPage(name: string): string {
  const path = `${folder}/${name}.md`
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

/** Which labels alerts have when they fire, as promtool finds them in the tests of the rules. */
function firedLabels(): ReadonlyMap<string, ReadonlySet<string>> {
  const fired = new Map<string, Set<string>>()
  for (const { alertname, exp_alerts = [] } of ruleTests().flatMap((test) => test.alert_rule_test ?? [])) {
    for (const { exp_labels } of exp_alerts) {
      fired.set(alertname, new Set([...(fired.get(alertname) ?? []), ...Object.keys(exp_labels)]))
    }
  }
  return fired
}

/** The fenced blocks of one language. */
function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, block]) => block ?? '')
}

/** Queries of a page, which blank lines keep apart. */
function queries(page: string): string[] {
  return blocks(page, 'promql').flatMap((block) => block.trim().split(/\n\n+/))
}

/** The command lines of a page, continued ones joined. */
function commands(page: string): string[] {
  return blocks(page, 'sh').flatMap((block) => block.replaceAll('\\\n', ' ').trim().split('\n'))
}

it('there is a page for every alert and for nothing else, and the index lists them all', () => {
  const found = readdirSync(folder).filter((file) => file !== 'index.md')
  expect(found.map((file) => file.replace(/\.md$/, '')).sort()).toEqual(names)
  const index = readFileSync(`${folder}/index.md`, 'utf8')
  expect([...index.matchAll(/^- \[(\w+)\]\(\1\.md\): \S/gm)].map(([, name]) => name).sort()).toEqual(names)
})

it.each(alerts)('$alert ($labels.severity) links to its page', ({ alert, annotations }) => {
  expect(annotations.runbook_url).toBe(`{{ $externalURL }}/user/${alert}.md`)
})

describe.each([...pages])('%s', (name, page) => {
  it('says what it means, how to check, fix and silence it, and how to see it fire', () => {
    expect(page.split('\n')[0]).toBe(`# ${name}`)
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual(headings)
    for (const part of page.split(/^## .*$/m)) expect(part.trim().length, part).toBeGreaterThan(80)
    expect(page.split('\n').length).toBeLessThanOrEqual(55)
  })

  it('names severity and team as the rules do', () => {
    const [, first = ''] = page.split('\n\n')
    for (const { labels } of alerts.filter(({ alert }) => alert === name)) {
      expect(first.toLowerCase()).toContain(labels.severity)
      expect(first).toContain(labels.team)
    }
  })

  it('has queries, and each of them is PromQL', () => {
    expect(queries(page)).not.toEqual([])
    for (const query of queries(page)) {
      parser.parse(query).iterate({
        enter: ({ type, to }) => {
          if (type.isError) expect.fail(`no PromQL after: ${query.slice(0, to)}`)
        },
      })
    }
  })

  it('silences this alert for a time and with a reason, and not others', () => {
    const silences = commands(page).filter((command) => command.startsWith('amtool silence add'))
    expect(silences).toHaveLength(1)
    for (const command of silences) {
      const { duration, comment, matchers } = readSilence(command)
      const ms = parseDuration(duration)
      expect(ms).toBeGreaterThan(0)
      expect(ms).toBeLessThanOrEqual(7 * 24 * 3_600_000)
      expect(comment).not.toBe('')
      const parsed = matchers.flatMap((matcher) => parseMatchers(matcher))
      const silenced = (labels: Labels) =>
        parsed.every((matcher) => matcher.name !== 'alertname' || matches(matcher, labels))
      expect(silenced(toLabels({ alertname: name })), command).toBe(true)
      expect(silenced(toLabels({ alertname: 'SomethingElse' })), command).toBe(false)
    }
  })

  it('silences it by labels that it has when it fires', () => {
    const [command = ''] = commands(page).filter((one) => one.startsWith('amtool silence add'))
    const byPrometheus = ['alertname', 'cluster', 'environment']
    const known = new Set([...byPrometheus, ...(fired.get(name) ?? [])])
    for (const { name: label } of readSilence(command).matchers.flatMap((matcher) => parseMatchers(matcher))) {
      expect(known, command).toContain(label)
    }
  })

  it('says how to trigger it, and links to pages that exist', () => {
    expect(page).toContain(`npm run trigger -- ${name}`)
    for (const [, target = ''] of page.matchAll(/\]\(([^)]+)\)/g))
      expect(existsSync(`${folder}/${target}`), target).toBe(true)
  })
})

function readSilence(command: string): { duration: string; comment: string; matchers: string[] } {
  const words = [...command.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) => word)
  const flag = (name: string) => words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? ''
  expect(flag('alertmanager.url')).toMatch(/^http:\/\/localhost:9093$/)
  const matchers = words.slice(3).filter((word) => !word.startsWith('--'))
  expect(matchers.length, command).toBeGreaterThan(0)
  return { duration: flag('duration'), comment: flag('comment').replaceAll("'", ''), matchers }
}

describeWith('promtool', 'the queries of the runbooks', (promtool = '') => {
  const temporary = mkdtempSync(join(tmpdir(), 'runbook-queries-'))
  afterAll(() => rmSync(temporary, { recursive: true, force: true }))

  it('are taken by promtool, types of arguments included', () => {
    const rules = [...pages].flatMap(([name, page]) =>
      queries(page).map((expr, n) => ({ record: `runbook:${name}:${n}`, expr })),
    )
    const file = join(temporary, 'queries.yml')
    writeFileSync(file, stringify({ groups: [{ name: 'runbooks', rules }] }))
    const output = execFileSync(promtool, ['check', 'rules', file], { encoding: 'utf8' })
    expect(output).toContain(`SUCCESS: ${rules.length} rules found`)
  })
})
