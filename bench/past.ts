/** A year of alerts written straight into a database: 100,000 label sets of 200 services and 50 teams, fired again and again. */
import { join, resolve } from 'node:path'
import { labelsText, toLabels } from '../src/alert/labels.ts'
import type { Tx } from '../src/db/database.ts'
import { fixed } from '../src/db/fixed.ts'
import { migrate } from '../src/db/migrate.ts'
import { openSqlite } from '../src/db/sqlite.ts'
import { indexEpisodes, mergePartition } from '../src/history/search-index-store.ts'
import { teamNames } from './teams.ts'

export interface Written {
  readonly episodes: number
  /** On disk, for each episode. */
  readonly rowBytes: number
  readonly indexBytes: number
  /** Microseconds for each episode, and the longest transaction in ms. */
  readonly indexUs: number
  readonly mergeUs: number
  readonly longestMs: number
}

export const services = Array.from({ length: 200 }, (_, n) => `service-${digits(n, 3)}`)
export const severities = ['warning', 'critical', 'info', 'page']
export const environments = ['production', 'staging', 'test']
export const instanceCount = 65_000
/** Firing at the end; the others are closed. */
const openCount = 1_000

const alertnames = ['HighErrorRatio', 'LatencyP99TooHigh', 'QueueGrowing', 'DiskWillFill', 'TargetDown', 'BackupMissed']
const labelSets = 100_000
const batch = 5_000
const yearMs = 365 * 86_400_000

export function instance(n: number): string {
  return `node-${digits(n, 5)}.example:9100`
}

/** When the first alert of the past came, and the last. */
export function span(now: number): { readonly first: number; readonly last: number } {
  return { first: now - yearMs, last: now }
}

/** Fills `file`, indexes it, and says what that took. `progress` is told now and then how far it came. */
export async function writePast(
  file: string,
  episodes: number,
  now: number,
  progress: (line: string) => void,
): Promise<Written> {
  const db = await openSqlite({ file, now: () => now })
  try {
    await migrate(db, join(resolve(import.meta.dirname, '..'), 'migrations', 'sqlite'))
    const sets = newLabelSets(randomly(1))
    const random = randomly(2)
    await db.transaction(writeOrigins)
    const bytes = async () => {
      const row = await db.reader.get<{ bytes: number }>(
        fixed`select (page_count - freelist_count) * page_size as bytes
          from pragma_page_count, pragma_freelist_count, pragma_page_size`,
      )
      return row?.bytes ?? Number.NaN
    }
    for (let done = 0; done < episodes; ) {
      const upto = Math.min(done + batch, episodes)
      await db.transaction(async (tx) => {
        for (let id = done + 1; id <= upto; id++) {
          const set = sets[Math.floor(random() * sets.length)] as LabelSet
          const at = now - Math.floor(((episodes - id) / episodes) * yearMs)
          await insert(tx, id, set, at, id > episodes - openCount, random)
        }
      })
      done = upto
      if (done % 250_000 === 0 || done === episodes) progress(`${done.toLocaleString('en')} episodes written`)
    }
    const rows = await bytes()
    const indexed = await repeat(() => db.transaction((tx) => indexEpisodes(tx, 1_000)))
    progress('all episodes indexed')
    const merged = await repeat(() => db.transaction(mergePartition))
    return {
      episodes,
      rowBytes: rows / episodes,
      indexBytes: ((await bytes()) - rows) / episodes,
      indexUs: (indexed.totalMs * 1_000) / episodes,
      mergeUs: (merged.totalMs * 1_000) / episodes,
      longestMs: Math.max(indexed.longestMs, merged.longestMs),
    }
  } finally {
    await db.close()
  }
}

async function repeat(work: () => Promise<number | boolean>): Promise<{ totalMs: number; longestMs: number }> {
  let totalMs = 0
  let longestMs = 0
  for (let more: number | boolean = true; more; ) {
    const began = performance.now()
    more = await work()
    const tookMs = performance.now() - began
    totalMs += tookMs
    longestMs = Math.max(longestMs, tookMs)
  }
  return { totalMs, longestMs }
}

async function writeOrigins(tx: Tx): Promise<void> {
  await tx.run(fixed`insert into source (id, name) values (1, 'default')`)
  for (let id = 1; id <= services.length; id++) {
    await tx.run(
      fixed`insert into generator (id, url) values (${id}, ${`http://prometheus.example:9090/graph?g0.expr=${id}`})`,
    )
  }
}

interface LabelSet {
  readonly labels: string
  readonly annotations: string
  readonly teams: string
  readonly fingerprint: string
  readonly generator: number
}

/** 9 labels in some 215 bytes and 3 annotations in 195, as those of the other parts. */
function newLabelSets(random: () => number): LabelSet[] {
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T
  return Array.from({ length: labelSets }, (_, n) => {
    const service = services[n % services.length] as string
    const team = teamNames[n % teamNames.length] as string
    const node = Math.floor(random() * instanceCount)
    const labels = {
      alertname: `${pick(alertnames)}${n % 40}`,
      cluster: `eu-${Math.floor(random() * 6)}`,
      environment: pick(environments),
      instance: instance(node),
      job: `${service}-api`,
      namespace: `ns-${n % 80}`,
      service,
      severity: pick(severities),
      team,
    }
    const annotations = {
      description: `More than 5 % of the requests to ${service} have failed for ten minutes.`,
      runbook_url: `https://runbooks.example/${labels.alertname}`,
      summary: `${service} on node-${node} is failing`,
    }
    return {
      labels: labelsText(toLabels(labels)),
      annotations: JSON.stringify(annotations),
      teams: JSON.stringify([team]),
      fingerprint: ((BigInt(n + 1) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn).toString(16).padStart(16, '0'),
      generator: (n % services.length) + 1,
    }
  })
}

async function insert(
  tx: Tx,
  id: number,
  set: LabelSet,
  at: number,
  isOpen: boolean,
  random: () => number,
): Promise<void> {
  const end = isOpen ? null : at + 60_000 + Math.floor(random() * 3_600_000)
  const request = Math.ceil(id / 5)
  // What is open has no groups yet: the router routes it when it starts.
  const memberships = isOpen ? '[]' : `[[${Math.ceil(id / 3)},${(id % 7) + 1},${(id % 7) + 9},${1 + (id % 50)},[],0]]`
  await tx.run(fixed`
    insert into episode (id, source_id, fingerprint, labels, annotations, generator_id, starts_at, latest_start_at,
      ends_at, state, close_reason, received_at, last_seen_at, closed_at, reopened, repeats, teams, ownership,
      memberships, opened_by, closed_by)
    values (${id}, 1, ${set.fingerprint}, ${set.labels}, ${set.annotations}, ${set.generator}, ${at - 15_000},
      ${at - 15_000}, ${end}, ${isOpen ? 'open' : 'closed'}, ${isOpen ? null : 'resolved'}, ${at}, ${end ?? at}, ${end},
      0, ${Math.floor(random() * 20)}, ${set.teams}, 'label', ${memberships}, ${request}, ${isOpen ? null : request + 9})`)
}

/** Numbers that look random and are the same in every run (mulberry32). */
export function randomly(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function digits(n: number, count: number): string {
  return String(n).padStart(count, '0')
}
