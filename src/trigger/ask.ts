/** One request to a program of the stack; what goes wrong with it is a sentence. */
import { TriggerError } from './cause.ts'

const TIMEOUT_MS = 10_000

interface Asked {
  /** Sent as JSON. */
  readonly json?: unknown
  readonly text?: string
  readonly token?: string | null
  /** What to do, by the status of an answer that does not help. */
  readonly hints?: Readonly<Record<number, string>>
}

/** The body of a good answer. Rejects with a TriggerError when there is none. */
export async function ask(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  { json, text, token = null, hints = {} }: Asked = {},
): Promise<string> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
    },
    body: json === undefined ? (text ?? null) : JSON.stringify(json),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new TriggerError(`${new URL(url).origin} does not answer: is what ran there still running?`, { cause })
  })
  const body = await response.text()
  if (response.ok) return body
  const hint = hints[response.status]
  throw new TriggerError([`${method} ${url} was answered ${response.status}: ${body}`, hint ?? []].flat().join(' '))
}
