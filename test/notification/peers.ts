/** Receivers played within the process, behind the real channels' paces, told by the real workers under a clock that obeys. */
import { onTestFinished } from 'vitest'
import { buildChannels } from '../../src/channel/all.ts'
import type { Channel, Endpoint, Message, Receipt } from '../../src/channel/channel.ts'
import { startWorkers, type Workers } from '../../src/workers.ts'
import { type Posted, type Rig, rigOn } from '../rig.ts'
import type { TestedStore } from '../stores.ts'

/** One attempt as the peer saw it; `peer` is the configured reference. */
export interface Seen {
  readonly at: number
  readonly peer: string
  readonly message: Message
  readonly receipt: Receipt
}

export const delivered: Receipt = { outcome: 'delivered', status: 200, detail: 'ok', retryAfterMs: null }
export const unreachable: Receipt = { outcome: 'transient', status: null, detail: 'ECONNREFUSED', retryAfterMs: null }
export const busy = (seconds: number): Receipt => ({
  ...{ outcome: 'transient', status: 429, detail: 'rate_limited', retryAfterMs: seconds * 1_000 },
})

export class Peers {
  readonly rig: Rig
  readonly seen: Seen[] = []
  /** What the next attempt is answered. */
  answer: (peer: string) => Receipt = () => delivered
  #workers: Workers | null = null

  static async open(store: TestedStore, documents: Readonly<Record<string, string>>): Promise<Peers> {
    const send = async (message: Message, { address }: Endpoint) => peers.receive(message, address)
    const real = buildChannels({ allow: [], now: () => peers.rig.clock.now() })
    const played = (channel: Channel) => ({ ...channel, send })
    const channels = {
      ...{ slack: played(real.slack), email: played(real.email) },
      ...{ pagerduty: played(real.pagerduty), webhook: played(real.webhook) },
    }
    const rig = await rigOn(store, {
      channels,
      endpoint: async ({ reference }) => ({ address: reference, secret: null, host: null }),
      random: () => 0.999,
    })
    const peers = new Peers(rig)
    await rig.documents(documents)
    const workers = startWorkers(rig.pipeline, [], () => {})
    peers.#workers = workers
    onTestFinished(() => workers.stop(0))
    return peers
  }

  constructor(rig: Rig) {
    this.rig = rig
  }

  get now(): number {
    return this.rig.clock.now()
  }

  async post(...alerts: readonly Posted[]): Promise<void> {
    await this.rig.post(...alerts)
    this.#workers?.wake()
    await this.#workers?.idle()
  }

  async advance(ms: number): Promise<void> {
    await this.rig.clock.advance(ms, async () => this.#workers?.idle())
  }

  private receive(message: Message, peer: string): Receipt {
    const receipt = this.answer(peer)
    this.seen.push({ at: this.now, peer, message, receipt })
    return receipt
  }
}
