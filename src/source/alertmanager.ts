/** Asks one Alertmanager what it knows: the one place that speaks to its API. */
import type { ReceivedAlert } from '../alert/received.ts'
import type { Clock } from '../clock.ts'
import { type Answer, type Keys, readListed, readStatus } from './answer.ts'
import type { Replica } from './clusters.ts'
import { JsonElements } from './json-elements.ts'

/** For the whole of one request. */
const DEADLINE_MS = 10_000

/** 100,000 alerts are about 85 MB, which pass through and are not kept. */
const MOST_ALERTS_BYTES = 256 * 1024 * 1024

/** It holds Alertmanager's whole configuration. */
const MOST_STATUS_BYTES = 16 * 1024 * 1024

/** All that is known, muted or not (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml). */
const ALERTS_PATH = '/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true'
const STATUS_PATH = '/api/v2/status'

/** No complete answer. The message says why, without credentials. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
}

export interface Asking {
  readonly replica: Replica
  /** Our clock, epoch ms: when this round of questions began. */
  readonly askedAt: number
  /** Keys of alerts that are to be handed over whole if they are listed. */
  readonly wanted: Keys
  readonly clock: Clock
  /** Ends the question early. */
  readonly signal: AbortSignal
}

/**
 * One complete answer, or a NoAnswerError. The status is asked last: a replica that restarts in between then shows the
 * start that its list must not be trusted after. Redirects are not followed: where they lead is not what was named.
 */
export async function askAlertmanager(asking: Asking): Promise<Answer> {
  const { date, ...alerts } = await ask(asking, ALERTS_PATH, (response) => readAlerts(response, asking))
  const { startedAt, member, peers } = await ask(asking, STATUS_PATH, readWholeStatus)
  return { askedAt: asking.askedAt, upMs: date - startedAt, member, peers, ...alerts }
}

async function ask<T>(asking: Asking, path: string, read: (response: Response) => Promise<T>): Promise<T> {
  const { replica, clock, signal } = asking
  const deadline = new AbortController()
  const cancel = clock.setTimer(DEADLINE_MS, () => deadline.abort(new Error(`not within ${DEADLINE_MS / 1_000} s`)))
  try {
    const response = await fetch(replica.url + path, {
      headers: { accept: 'application/json', ...authorization(replica) },
      redirect: 'manual',
      signal: AbortSignal.any([signal, deadline.signal]),
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new NoAnswerError(`it answers ${response.status}${statusHint(response.status)}`)
    }
    return await read(response)
  } catch (error) {
    if (error instanceof NoAnswerError) throw error
    throw new NoAnswerError(describe(error), { cause: error })
  } finally {
    cancel()
  }
}

function authorization({ credentials }: Replica): Record<string, string> {
  if (credentials === null) return {}
  const { user, password } = credentials
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}

function statusHint(status: number): string {
  if (status >= 300 && status < 400) return ', a redirect, which is not followed: write the address it leads to'
  if (status === 401 || status === 403) return ': write user:password@ before the host'
  return status === 404 ? ': is this an Alertmanager, and its path prefix written out?' : ''
}

async function readAlerts(
  response: Response,
  { askedAt, wanted }: Asking,
): Promise<Pick<Answer, 'listed' | 'active'> & { date: number }> {
  const listed = new Set<string>()
  const active: ReceivedAlert[] = []
  const elements = new JsonElements()
  for await (const piece of piecesOf(response, MOST_ALERTS_BYTES)) {
    for (const text of elements.push(piece)) {
      const alert = readListed(JSON.parse(text))
      for (const key of alert.keys) listed.add(key)
      const whole = alert.keys.some((key) => wanted.has(key)) ? alert.active(askedAt) : null
      if (whole !== null) active.push(whole)
    }
  }
  elements.end()
  return { listed, active, date: dateOf(response) }
}

async function readWholeStatus(response: Response) {
  const pieces: Uint8Array[] = []
  for await (const piece of piecesOf(response, MOST_STATUS_BYTES)) pieces.push(piece)
  return readStatus(JSON.parse(Buffer.concat(pieces).toString('utf8')))
}

async function* piecesOf(response: Response, mostBytes: number): AsyncIterable<Uint8Array> {
  let bytes = 0
  for await (const piece of response.body ?? []) {
    bytes += piece.length
    if (bytes > mostBytes) throw new NoAnswerError(`its answer exceeds ${mostBytes / 1024 / 1024} MiB`)
    yield piece
  }
}

/** The replica's clock, which its start is compared with: servers have to say it (RFC 9110, 6.6.1). */
function dateOf({ headers }: Response): number {
  const date = Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(date)) throw new NoAnswerError('its answer has no Date, so how long it is up cannot be told')
  return date
}

/** fetch says "fetch failed" and hides why in the cause; of several addresses each has its own reason. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof SyntaxError) return `its answer cannot be read: ${error.message}`
  if (error instanceof AggregateError) return error.errors.map(describe).join('; ')
  return error.cause instanceof Error ? describe(error.cause) : error.message
}
