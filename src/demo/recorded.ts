/** Webhook bodies that a real Alertmanager sent, with their times moved to now. */
import { readFile } from 'node:fs/promises'
import { isRecord, list, text } from '../stand-in/json.ts'

export interface RecordedAlert {
  readonly status: 'firing' | 'resolved'
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
  readonly generatorURL: string
}

/** One recorded body; whatever is not named here is kept as it was. */
export interface RecordedWebhook {
  readonly alerts: readonly RecordedAlert[]
}

/** In order: three alerts fire, one of them resolves, another team's alert fires, the other two resolve. */
export const parts = ['firing', 'mixed', 'search', 'resolved'] as const
export type Part = (typeof parts)[number]
export type Recording = Readonly<Record<Part, RecordedWebhook>>

/** Reads the recording; its first start becomes `now` (epoch ms), all intervals stay. */
export async function loadRecording(now: number): Promise<Recording> {
  const bodies = await Promise.all(parts.map(readBody))
  const started = Math.min(...startsOf(bodies[0]))
  const shifted = bodies.map((body, i) => [parts[i], shiftTimes(body, now - started)])
  return Object.fromEntries(shifted) as Recording
}

/** Moves every `startsAt` and `endsAt` by `byMs`; Go's zero time, the end of what still fires, stays. */
export function shiftTimes(value: unknown, byMs: number): unknown {
  if (Array.isArray(value)) return value.map((item) => shiftTimes(item, byMs))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const isTime = (key === 'startsAt' || key === 'endsAt') && !text(inner).startsWith('0001-')
      return [key, isTime ? new Date(Date.parse(text(inner)) + byMs).toISOString() : shiftTimes(inner, byMs)]
    }),
  )
}

async function readBody(name: Part): Promise<unknown> {
  return JSON.parse(await readFile(new URL(`payloads/${name}.json`, import.meta.url), 'utf8'))
}

function startsOf(body: unknown): number[] {
  return (isRecord(body) ? list(body.alerts) : []).map((alert) =>
    Date.parse(isRecord(alert) ? text(alert.startsAt) : ''),
  )
}
