/** The kill loop: the router dies again and again under load on one database file; afterwards all sides are compared. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Aim, Aimer } from './aim.ts'
import { openDeafPort } from './deaf.ts'
import { Evidence, type Window, windows, withReader } from './evidence.ts'
import { type Judgement, judge } from './oracle.ts'
import { Program } from './program.ts'
import { Receiver } from './receiver.ts'
import { Sender } from './sender.ts'

export interface CampaignOptions {
  /** A module that Node loads before the program, which plants a fault; null for the program as it is. */
  readonly preload: string | null
  /** Kills to make at least. */
  readonly kills: number
  /** Kills to fall into each window at least. */
  readonly perWindow: number
  /** Beyond this no further kill is made, whatever was hit. */
  readonly budgetMs: number
  /** True to make no further kill once something is lost. */
  readonly untilLost: boolean
}

export interface Verdict extends Omit<Judgement, 'lost'> {
  readonly kills: number
  readonly hits: Readonly<Record<Window, number>>
  /** Alerts in posts that were answered with 2xx. */
  readonly accepted: number
  readonly lost: number
  /** The first things that went wrong, in words. */
  readonly details: readonly string[]
  readonly messages: number
  readonly tookMs: number
}

const teams = ['payments', 'search'] as const
const SENDERS_PER_TEAM = 5

/** How long the router gets to say all that is left, once it is left alone. */
const QUIET_WITHIN_MS = 60_000

/** One group per alert and no wait, so that many messages are under way; one group per sender and a wait. */
const grouping: Record<(typeof teams)[number], string> = {
  payments: '  group_by: [alertname, instance]\n  group_wait: 0s\n  group_interval: 250ms\n',
  search: '  group_by: [alertname]\n  group_wait: 1s\n  group_interval: 400ms\n',
}

/** Runs it. Whatever happens, the processes, ports and files that it made are gone when this settles. */
export async function runCampaign(options: CampaignOptions): Promise<Verdict> {
  const cleanUp: (() => Promise<void>)[] = []
  try {
    return await campaign(options, cleanUp)
  } finally {
    for (const step of cleanUp.reverse()) await step()
  }
}

async function campaign(options: CampaignOptions, cleanUp: (() => Promise<void>)[]): Promise<Verdict> {
  const startedAt = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'alert-router-kills-'))
  cleanUp.push(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'alert-router.db')
  const teamsDir = await writeTeams(folder)

  const deaf = await openDeafPort()
  cleanUp.push(() => deaf.close())
  const receivers: Receiver[] = []
  cleanUp.push(async () => void (await Promise.all(receivers.map((receiver) => receiver.close()))))
  const life = () => program.life
  for (const team of teams) {
    for (const channel of channelsOf[team]) {
      receivers.push(await Receiver.start(team, channel, life, (_, held) => aimer.arrived(held)))
    }
  }

  const program = await Program.prepare(
    {
      DATABASE_URL: `file:${file}`,
      BALLAST: '0',
      TEAMS_DIR: teamsDir,
      ALLOW_DESTINATIONS: [deaf, ...receivers].map(({ address }) => address).join(','),
      DEFAULT_SLACK_URL: `http://${deaf.address}/nobody`,
      ...Object.fromEntries(receivers.map(({ variable, url }) => [variable, url])),
    },
    options.preload,
  )
  cleanUp.push(() => {
    program.kill()
    return program.exited()
  })
  const aimer = new Aimer(program, file)
  const senders = teams.flatMap((team) =>
    Array.from({ length: SENDERS_PER_TEAM }, (_, n) => new Sender(`${team}-${n}`, team, program, aimer)),
  )
  cleanUp.push(async () => {
    for (const sender of senders) sender.stop()
  })
  const sending = Promise.all(senders.map((sender) => sender.run()))
  const trouble = sending.then(() => new Promise<never>(() => {}))
  trouble.catch(() => {})

  const tally: Tally = { kills: 0, hits: { 'before-commit': 0, unanswered: 0, unsent: 0, unsettled: 0 }, lost: [] }
  const evidence = new Evidence(file)
  while (!isEnough(options, tally) && performance.now() - startedAt < options.budgetMs) {
    const aim = nextAim(options, tally)
    const unreachable = aim === 'unsent' ? (receivers[tally.hits.unsent % receivers.length] ?? null) : null
    program.start(unreachable === null ? {} : { [unreachable.variable]: `http://${deaf.address}/nobody` })
    await Promise.race([aimer.strike(aim, unreachable), trouble])
    await program.exited()
    await Promise.all([...senders.map((sender) => sender.quiet()), ...receivers.map((receiver) => receiver.drained())])
    const tries = senders.flatMap((sender) => sender.tries.splice(0))
    const { hit, lost } = evidence.examine(program.life, tries, receivers)
    tally.kills++
    for (const window of hit) tally.hits[window]++
    for (const { post } of lost) tally.lost.push(`post ${post.id} was answered 2xx and is not in the database`)
    program.check()
  }

  program.start()
  await program.ready()
  for (const sender of senders) sender.finish()
  await sending
  const left = await untilQuiet(file)
  program.check()
  program.kill()
  await program.exited()

  const lives = senders.flatMap((sender) => [...sender.lives.values()])
  const judgement = withReader(file, (db) => judge(db, lives, receivers))
  const lost = [...tally.lost, ...judgement.lost]
  const wrong = [...(left === null ? [] : [left]), ...judgement.wrong]
  return {
    ...judgement,
    kills: tally.kills,
    hits: tally.hits,
    accepted: senders.reduce((sum, sender) => sum + sender.accepted, 0),
    lost: lost.length,
    wrong,
    details: [lost, wrong, judgement.tooMany].flatMap((all) => all.slice(0, 5)),
    messages: receivers.reduce((sum, { ledger }) => sum + ledger.length, 0),
    tookMs: Math.round(performance.now() - startedAt),
  }
}

/** One line for whoever reads the test's output. */
export function summary({ kills, hits, accepted, lost, wrong, duplicates, messages, tookMs }: Verdict): string {
  const perWindow = windows.map((window) => `${window} ${hits[window]}`).join(', ')
  const again = Object.entries(duplicates).map(([name, count]) => `${name} ${count}`)
  return (
    `${kills} kills (${perWindow}); ${accepted} alerts accepted, ${lost} lost, ${wrong.length} wrong; ` +
    `${messages} messages, again: ${again.join(', ')}; ${(tookMs / 1000).toFixed(1)} s`
  )
}

interface Tally {
  kills: number
  readonly hits: Record<Window, number>
  readonly lost: string[]
}

function isEnough(options: CampaignOptions, { kills, hits, lost }: Tally): boolean {
  if (options.untilLost && lost.length > 0) return true
  return kills >= options.kills && windows.every((window) => hits[window] >= options.perWindow)
}

/** One in four at random, one right at an answer, the others where the fewest have fallen. */
/** Slack takes a message a second: of single alerts it would still be hearing a minute after the last kill. */
const channelsOf: Record<(typeof teams)[number], readonly ('slack' | 'webhook')[]> = {
  payments: ['webhook'],
  search: ['slack', 'webhook'],
}

function nextAim({ untilLost }: CampaignOptions, { kills, hits }: Tally): Aim {
  if (untilLost || kills % 4 === 1) return 'answered'
  if (kills % 4 === 3) return 'random'
  return windows.reduce((rarest, window) => (hits[window] < hits[rarest] ? window : rarest))
}

async function writeTeams(folder: string): Promise<string> {
  const teamsDir = join(folder, 'teams')
  await mkdir(teamsDir)
  const chat = (team: string) => `    slack_configs:\n      - api_url: env:${team.toUpperCase()}_SLACK_URL\n`
  const hook = (team: string) => `    webhook_configs:\n      - url: env:${team.toUpperCase()}_WEBHOOK_URL\n`
  const document = (team: string, configs: string, settings: string) =>
    `team: ${team}\nreceivers:\n  - name: all\n${configs}route:\n  receiver: all\n${settings}`
  await writeFile(join(teamsDir, 'default.yml'), document('default', chat('default'), ''))
  for (const team of teams) {
    const configs = channelsOf[team].map((channel) => (channel === 'slack' ? chat(team) : hook(team)))
    await writeFile(join(teamsDir, `${team}.yml`), document(team, configs.join(''), grouping[team]))
  }
  return teamsDir
}

/** Waits until the router has nothing left to say; a sentence if it does not come to that. */
async function untilQuiet(file: string): Promise<string | null> {
  const deadline = performance.now() + QUIET_WITHIN_MS
  const left = () =>
    withReader(file, (db) => {
      const count = (query: string) => Number(db.prepare(`select count(*) from ${query}`).pluck().get())
      const pending = count("notification where state = 'pending'")
      const due = count('alert_group where ended_at is null and changed_at is not null')
      return pending + due === 0 ? null : `${pending} notifications pending, ${due} groups with changes not released`
    })
  for (;;) {
    const found = left()
    if (found === null) return null
    if (performance.now() > deadline) return `${found} after ${QUIET_WITHIN_MS} ms without load`
    await delay(50)
  }
}
