/** Traffic as it comes: iris flowers and customers in random order, with their true labels as feedback. */
import { inventCustomers } from '../../src/model-server/churn/customers.ts'
import type { ServerName } from '../../src/model-server/fault/faults.ts'
import { readFlowers } from '../../src/model-server/iris/flowers.ts'
import { seededRandom, wholeNumber } from '../../src/model-server/random.ts'
import { advance, type ModelServer } from './rig.ts'

interface Case {
  readonly path: string
  readonly body: unknown
  readonly label: string
}

const flowers: readonly Case[] = readFlowers().map(({ features, species }) => {
  return { path: '/predict', body: { features }, label: species }
})

const customers: readonly Case[] = inventCustomers(200, seededRandom(9)).map(({ customer, churned }, n) => {
  return { path: `/v${1 + (n % 2)}/predict`, body: customer, label: churned ? 'churn' : 'stay' }
})

/** Asks `count` times, labels what was answered, and lets a `latency` pass that some or all wait for together. */
export async function sendTraffic(
  server: ServerName,
  { ask, clock }: ModelServer,
  count: number,
  latencySeconds = 0,
): Promise<void> {
  const cases = server === 'iris' ? flowers : customers
  const random = seededRandom(clock.pending().length + count)
  const sent = Array.from({ length: count }, () => cases[wholeNumber(random, cases.length)] as Case)
  const answers = sent.map(({ path, body }) => ask('POST', path, body))
  if (latencySeconds > 0) {
    await allWait(clock)
    await advance(clock, latencySeconds * 1000)
  }
  for (const [n, answer] of answers.entries()) {
    const { status, body } = await answer
    if (status === 200) await ask('POST', '/feedback', { prediction_id: body.prediction_id, label: sent[n]?.label })
  }
}

/** A request needs some turns of the event loop until it waits; here all do once no timer comes for this many. */
const QUIET_TURNS = 50

async function allWait(clock: ModelServer['clock']): Promise<void> {
  let waiting = 0
  for (let turns = 0; turns < QUIET_TURNS; turns++) {
    await new Promise((done) => setImmediate(done))
    if (clock.pending().length > waiting) turns = 0
    waiting = clock.pending().length
  }
}
