/** Waiting for what other programs do: look often, give up at a deadline, and say what was waited for. */
import { setTimeout as delay } from 'node:timers/promises'

/** Many times what anything here takes on an idle machine. */
const PATIENCE_MS = 12_000
const LOOK_EVERY_MS = 20

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
