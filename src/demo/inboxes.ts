/** The demo's receivers: a Slack channel and programs behind webhooks, which show what they are sent. */
import { randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { isRecord, list, parseJson, text } from './json.ts'
import { signatureFault } from './signature.ts'
import { toLines } from './slack-text.ts'
import type { Stage } from './stage.ts'
import { answer, type Received, type StandIn, startStandIn } from './stand-in.ts'
import type { Colour } from './terminal.ts'
import { webhookLines } from './webhook-text.ts'

export interface Inboxes {
  /** What the demo's team documents refer to. */
  readonly secrets: Readonly<Record<string, string>>
  /** `host:port` of each, for ALLOW_DESTINATIONS. */
  readonly addresses: readonly string[]
  /** The Slack stand-in answers "too many requests" once; false if there is none. */
  refuseOnce(): boolean
  /** How many messages were taken, by all of them. */
  taken(): number
  /** Resolves with the latest reason when each of the team's took `rounds` messages; rejects when `signal` aborts. */
  after(rounds: number, signal: AbortSignal): Promise<string>
  close(): Promise<void>
}

/** Opens the receivers. With `realSlack`, a webhook URL of Slack's own, no Slack stand-in is opened. */
export async function openInboxes(stage: Stage, realSlack: string | null): Promise<Inboxes> {
  const secret = `whsec_${randomBytes(24).toString('base64')}`
  const bell = new EventEmitter()
  const taken = { slack: 0, webhook: 0, default: 0 }
  let refuse = false
  let reason = ''
  const take = (place: keyof typeof taken) => {
    taken[place]++
    bell.emit('taken')
  }
  const slack =
    realSlack === null
      ? await startStandIn((request, response) => {
          if (refuse) {
            refuse = false
            stage.note('out', 'Slack answers 429, "come back in 1 s": this demo trips it once.')
            answer(response, 429, 'rate_limited', { 'retry-after': '1' })
            return
          }
          const lines = toLines(parseJson(request.body), 'hidden')
          stage.message('Slack · #payments', lines, slackColour(lines[0]?.text ?? ''))
          answer(response, 200, 'ok')
          take('slack')
        })
      : null
  const webhook = await startStandIn((request, response) => {
    const payload = parseJson(request.body)
    stage.note('out', webhookNote(payload, request, secret))
    reason = reasonOf(payload)
    answer(response, 200, '')
    take('webhook')
  })
  const other = await startStandIn((request, response) => {
    stage.message('Webhook of team default', webhookLines(parseJson(request.body)), 'magenta')
    answer(response, 200, '')
    take('default')
  })
  const open = [slack, webhook, other].filter((standIn): standIn is StandIn => standIn !== null)
  return {
    secrets: {
      PAYMENTS_SLACK_URL: realSlack ?? `${slack?.url}/services/T0/B0/demo`,
      PAYMENTS_WEBHOOK_URL: `${webhook.url}/alerts`,
      PAYMENTS_WEBHOOK_SECRET: secret,
      DEFAULT_WEBHOOK_URL: `${other.url}/alerts`,
    },
    addresses: open.map((standIn) => standIn.address),
    refuseOnce: () => {
      refuse = realSlack === null
      return refuse
    },
    taken: () => taken.slack + taken.webhook + taken.default,
    after: async (rounds, signal) => {
      while (taken.webhook < rounds || (realSlack === null && taken.slack < rounds)) {
        await once(bell, 'taken', { signal })
      }
      return reason
    },
    close: async () => {
      await Promise.all(open.map((standIn) => standIn.close()))
    },
  }
}

/** The colour of the mark that the message begins with. */
function slackColour(headline: string): Colour {
  if (headline.startsWith('✅')) return 'green'
  if (headline.startsWith('🟠')) return 'yellow'
  return headline.startsWith('🔵') || headline.startsWith('⚪') ? 'cyan' : 'red'
}

function webhookNote(payload: unknown, request: Received, secret: string): string {
  const { status, alerts } = isRecord(payload) ? payload : {}
  const count = list(alerts).length
  const fault = signatureFault(request, secret, Date.now())
  const signed = fault === null ? 'signature verified' : `signature refused: ${fault}`
  return `Webhook gets JSON: ${text(status)}, ${count} alert${count === 1 ? '' : 's'}, ${signed}.`
}

function reasonOf(payload: unknown): string {
  const ours = isRecord(payload) ? payload.alertrouter : null
  return isRecord(ours) ? text(ours.reason) : ''
}
