/** A Slack or webhook receiver outside the router that writes down every message it was sent: the ledger. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { lifeKey } from './sender.ts'

/** What one message says of one alert. */
export interface Word {
  readonly key: string
  readonly status: 'firing' | 'resolved'
}

/** One message as it came. */
export interface Message {
  /** The router's life that sent it. */
  readonly life: number
  readonly notificationId: number
  /** The idempotency key; Slack has none, so there the notification stands for it. */
  readonly idempotencyKey: string
  /** Null for Slack: what was shown is read from the notification's snapshot. */
  readonly words: readonly Word[] | null
}

/** Called when a message has been written down; `held` of them wait for their answer. True to leave it unanswered. */
export type Arrived = (receiver: Receiver, held: number) => boolean

export class Receiver {
  readonly team: string
  readonly channel: 'slack' | 'webhook'
  readonly ledger: Message[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #life: () => number
  readonly #arrived: Arrived
  #held: ServerResponse[] = []
  #wakers: (() => void)[] = []

  static async start(
    team: string,
    channel: 'slack' | 'webhook',
    life: () => number,
    arrived: Arrived,
  ): Promise<Receiver> {
    const receiver = new Receiver(team, channel, life, arrived)
    await new Promise<void>((listening) => receiver.#server.listen(0, '127.0.0.1', listening))
    return receiver
  }

  private constructor(team: string, channel: 'slack' | 'webhook', life: () => number, arrived: Arrived) {
    this.team = team
    this.channel = channel
    this.#life = life
    this.#arrived = arrived
    this.#server = createServer((request, response) => this.#receive(request, response))
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => {
        this.#sockets.delete(socket)
        if (this.#sockets.size === 0) for (const wake of this.#wakers.splice(0)) wake()
      })
    })
  }

  /** The variable that the team's document refers to. */
  get variable(): string {
    return `${this.team.toUpperCase()}_${this.channel.toUpperCase()}_URL`
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get url(): string {
    return `http://${this.address}/services/T0/B0/${this.team}`
  }

  /** Duplicates that one crash may cost (design §5, Delivery). */
  get maxInFlight(): number {
    return this.channel === 'slack' ? 1 : 16
  }

  /** Resolves when every connection of the dead router is closed: all that it had sent has been read by then. */
  async drained(): Promise<void> {
    if (this.#sockets.size > 0) await new Promise<void>((resolve) => this.#wakers.push(resolve))
    this.#held = []
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', () => {
      this.ledger.push(this.#read(request, Buffer.concat(chunks).toString('utf8')))
      this.#held.push(response)
      if (this.#arrived(this, this.#held.length)) return
      for (const held of this.#held.splice(0)) held.end('ok')
    })
  }

  #read(request: IncomingMessage, body: string): Message {
    const payload = JSON.parse(body)
    if (this.channel === 'slack') {
      const notificationId = Number(/ · #(\d+)/.exec(JSON.stringify(payload.blocks.at(-1)))?.[1])
      if (Number.isNaN(notificationId))
        throw new Error(`a Slack message does not say which notification it is: ${body}`)
      return { life: this.#life(), notificationId, idempotencyKey: `#${notificationId}`, words: null }
    }
    return {
      life: this.#life(),
      notificationId: payload.alertrouter.notificationId,
      idempotencyKey: String(request.headers['idempotency-key']),
      words: payload.alerts.map((alert: { fingerprint: string; startsAt: string; status: Word['status'] }) => ({
        key: lifeKey(alert.fingerprint, Date.parse(alert.startsAt)),
        status: alert.status,
      })),
    }
  }
}
