/** The whole demo as a person runs it: what it prints and in which order, and that it leaves nothing behind. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, type TestContext } from 'vitest'
import { answer, startStandIn } from '../../src/stand-in/stand-in.ts'
import { cells } from '../../src/terminal/cells.ts'
import { describeWith } from '../components.ts'

const withinMs = 60_000

interface Run {
  /** Resolves when the demo has printed `text`. */
  shows(text: string): Promise<void>
  /** To the demo and everything it started, as a terminal sends Ctrl-C. */
  interrupt(): void
  /** Resolves when it has ended and everything it printed was read. */
  ended(): Promise<{ code: number | null; stdout: string; stderr: string }>
  /** What is in its folder for temporary files. */
  leftovers(): Promise<string[]>
  /** Whether a process that it started is alive. */
  isAlive(): boolean
}

/** Starts it in a process group and a folder for temporary files of its own. */
async function runDemo({ onTestFinished }: TestContext, env: Record<string, string>): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'alert-router-test-'))
  const child = spawn(process.execPath, ['src/demo/main.ts'], {
    cwd: new URL('../..', import.meta.url),
    env: { PATH: '/nonexistent', TMPDIR: folder, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const group = -(child.pid ?? Number.NaN)
  const isAlive = () => {
    try {
      return process.kill(group, 0)
    } catch {
      return false
    }
  }
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => (stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk) => (stderr += chunk))
  const closed = once(child, 'close')
  onTestFinished(async () => {
    if (isAlive()) process.kill(group, 'SIGKILL')
    await closed
    await rm(folder, { recursive: true, force: true })
  })
  return {
    shows: async (text) => {
      while (!stdout.includes(text)) {
        const [ended] = await Promise.race([once(child.stdout, 'data'), closed.then(() => [null])])
        if (ended === null && !stdout.includes(text)) throw new Error(`ended without "${text}":\n${stdout}${stderr}`)
      }
    },
    interrupt: () => process.kill(group, 'SIGINT'),
    ended: async () => {
      await closed
      return { code: child.exitCode, stdout, stderr }
    },
    leftovers: () => readdir(folder),
    isAlive,
  }
}

/** Each text comes after the one before it, wherever its line was broken. */
function expectInOrder(printed: string, texts: readonly string[]): void {
  const shown = printed.replace(/\n {9,}/g, ' ')
  let from = 0
  for (const text of texts) {
    const at = shown.indexOf(text, from)
    if (at < 0) throw new Error(`"${text}" is not where it should be in:\n${printed}`)
    from = at + text.length
  }
}

const fired = ['3 firing (checkout, ledger, refunds)', 'Mail · duty@payments.example', '[🔴 3 firing] HighErrorRatio']
const updated = ['The ledger recovers', '🔴 1 resolved, 2 still firing', '✅ 10% of requests', 'reason "some-resolved"']
const repeated = ['says the same again', 'Nobody.']
const dead = [
  'Team search',
  'PagerDuty answers 400, "Invalid routing key"',
  'Mail · lead@search.example',
  'Sent here because receiver oncall could not be reached',
]
const resolved = ['2 resolved (checkout, refunds)', '[✅ All 3 resolved] HighErrorRatio', 'reason "all-resolved"']
const remembered = [
  'GET /api/v1/alerts',
  'HighErrorRatio of ledger ',
  'resolved after',
  'SearchIndexStale of search ',
  'Mail of lead hears again in 4h',
  'GET /api/v1/alerts/2',
  'received  ',
  'routed  ',
  '✗ notices: severity=~"info|notice" does not match',
  '✓ page: severity="critical" matches; to receiver oncall',
  '✓ digest: takes everything; to receiver duty',
  'Mail: firing ("first"), answered 250 in',
  'closed  ',
  'Mail: resolved ("all-resolved"), answered 250 in',
]
const over = ['were told resolved.', 'Where to look next', 'README.md']
/** In no order: they come at the same time as others. */
const told = [
  '🔴 3 firing: HighErrorRatio · critical',
  'incident #1 triggered (critical), somebody is called: HighErrorRatio',
  'reason "first"',
  'incident #1 updated: HighErrorRatio',
  '✅ All 2 resolved',
  'incident #1 resolved.',
  `The operators' webhook gets JSON: firing, "PagerDuty of receiver oncall (team search) cannot be told: 400`,
  'PagerDuty: resolved ("some-resolved"), answered 202 in',
  'attempt 1 transient, 429 rate_limited; retried after 1.0 s attempt 2 answered 200',
]

async function expectWhole(run: Run, parts: readonly string[], anywhere: readonly string[] = []): Promise<string> {
  const { code, stdout, stderr } = await run.ended()
  expect([code, stderr]).toEqual([0, ''])
  expectInOrder(stdout, parts)
  for (const text of anywhere) expectInOrder(stdout, [text])
  expect(stdout).not.toContain('signature refused')
  const [, seconds] = /All of it took ([\d.]+) s\./.exec(stdout) ?? []
  expect(Number(seconds)).toBeLessThan(withinMs / 1_000)
  expect([await run.leftovers(), run.isAlive()]).toEqual([[], false])
  return stdout
}

it.concurrent('plays the recording from the first alert to the history', { timeout: withinMs }, async (context) => {
  const run = await runDemo(context, {})
  const shown = await expectWhole(
    run,
    [...fired, ...updated, ...repeated, ...dead, ...resolved, ...remembered, ...over],
    told,
  )
  expect(shown).toContain('signature verified')
  expect(shown.split('\n').filter((line) => cells(line) > 80)).toEqual([])
})

it.concurrent('speaks to the real Slack when its address is given, and never prints it', {
  timeout: withinMs,
}, async (context) => {
  const said: string[] = []
  const slack = await startStandIn(({ body }, response) => {
    said.push(JSON.parse(body).text)
    answer(response, 200, 'ok')
  })
  context.onTestFinished(() => slack.close())
  const env = { SLACK_WEBHOOK_URL: `${slack.url}/services/T1/B1/not-to-be-seen`, ALLOW_DESTINATIONS: slack.address }
  const shown = await expectWhole(await runDemo(context, env), [
    'look at your channel',
    'Your Slack: delivered, answered 200.',
    'reason "first"',
    ...repeated,
    ...dead,
    ...resolved,
    ...remembered,
    ...over,
  ])
  expect(said.map((text) => text.split(':')[0])).toEqual([
    '🔴 3 firing',
    '🔴 1 resolved, 2 still firing',
    '✅ All 2 resolved',
  ])
  expect(shown).not.toMatch(/not-to-be-seen|bad moment/)
})

it.concurrent('goes on when the real Slack refuses', { timeout: withinMs }, async (context) => {
  const slack = await startStandIn((_, response) => answer(response, 404, 'no_service'))
  context.onTestFinished(() => slack.close())
  const env = { SLACK_WEBHOOK_URL: `${slack.url}/services/T1/B1/gone`, ALLOW_DESTINATIONS: slack.address }
  await expectWhole(await runDemo(context, env), [
    'called: AlertRouterDestinationFailing: Slack of receiver oncall (team payments) cannot be told: 404 no_service',
    'Your Slack: dead, answered 404.',
    ...repeated,
    'GET /api/v1/alerts/2',
  ])
})

it.concurrent.for([
  ['before the first alert', 'Alerts  '],
  ['while a group waits', '1. Three services'],
  ['while Slack is tried again', 'Slack answers 429'],
  ['while mail is taken', 'Mail · duty@payments.example'],
  ['in the history', 'What is remembered'],
] as const)(
  'ends at once at Ctrl-C %s, and leaves nothing behind',
  { timeout: withinMs },
  async ([, moment], context) => {
    const run = await runDemo(context, {})
    await run.shows(moment)
    run.interrupt()
    run.interrupt()
    const { code, stdout, stderr } = await run.ended()
    expect([code, stderr]).toEqual([130, ''])
    expect(stdout).toMatch(/Interrupted\. .*\n$/)
    expect([await run.leftovers(), run.isAlive()]).toEqual([[], false])
  },
)

it.concurrent('says what is wrong in one line', { timeout: withinMs }, async (context) => {
  const run = await runDemo(context, { ALERTMANAGER_BIN: '/nonexistent/alertmanager' })
  const { code, stderr } = await run.ended()
  expect(code).toBe(1)
  expect(stderr).toMatch(/^The demo failed: ALERTMANAGER_BIN=.*\n$/)
  expect([await run.leftovers(), run.isAlive()]).toEqual([[], false])
})

describeWith('prometheus-alertmanager', 'through a real Alertmanager', (binary) => {
  it.concurrent('plays the same', { timeout: withinMs }, async (context) => {
    const run = await runDemo(context, { ALERTMANAGER_BIN: binary })
    const parts = [...fired, ...updated, ...dead, ...resolved, ...remembered, ...over]
    const shown = await expectWhole(run, parts, told)
    expect(shown).toMatch(/Alerts {2}Alertmanager \d+\.\d+/)
  })

  it.concurrent('ends it at Ctrl-C', { timeout: withinMs }, async (context) => {
    const run = await runDemo(context, { ALERTMANAGER_BIN: binary })
    await run.shows('1. Three services')
    run.interrupt()
    expect((await run.ended()).code).toBe(130)
    expect([await run.leftovers(), run.isAlive()]).toEqual([[], false])
  })
})
