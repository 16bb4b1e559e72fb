/** Waiting for what other programs do: look often, give up at a deadline, and say what was waited for. */
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** Many times what anything here takes on an idle machine. */
const PATIENCE_MS = 12_000
const LOOK_EVERY_MS = 20

/** Below the ports that systems give out by themselves, so that nobody takes one between two uses. */
const LOWEST_PORT = 10_000
const PORTS = 10_000

/** Resolves when `look` says true; throws what it throws, or after 12 s that `what` did not happen. */
export async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await look())) {
    if (performance.now() > deadline) throw new Error(`not within ${PATIENCE_MS} ms: ${what}`)
    await delay(LOOK_EVERY_MS)
  }
}

/** The sum of a metric's samples at `baseUrl`/metrics whose labels hold every one of `labels`, such as `code="503"`. */
export async function scrape(baseUrl: string, name: string, labels: readonly string[]): Promise<number> {
  const response = await fetch(`${baseUrl}/metrics`)
  const text = await response.text()
  if (!response.ok) throw new Error(`${baseUrl}/metrics answered ${response.status}: ${text}`)
  let sum = 0
  for (const line of text.split('\n')) {
    const [, found, shown = '', value] = /^(\w+)(\{.*\})? (\S+)/.exec(line) ?? []
    if (found === name && labels.every((label) => shown.includes(label))) sum += Number(value)
  }
  return sum
}

/** A port of 127.0.0.1 that is free now, for programs that have to come back where they were. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST_PORT + Math.floor(Math.random() * PORTS)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (isFree) return port
  }
}
