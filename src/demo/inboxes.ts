/** The demo's receivers: a Slack channel and a program behind a webhook, which show what they are sent. */
import { randomBytes } from 'node:crypto'
import { isRecord, parseJson } from './json.ts'
import { signatureFault } from './signature.ts'
import { toLines } from './slack-text.ts'
import { answer, type Received, type StandIn, startStandIn } from './stand-in.ts'
import type { Colour, Terminal } from './terminal.ts'
import { webhookLines } from './webhook-text.ts'

export interface Inboxes {
  /** What the demo's team documents refer to. */
  readonly secrets: Readonly<Record<string, string>>
  /** `host:port` of each, for ALLOW_DESTINATIONS. */
  readonly addresses: readonly string[]
  /** How many messages the team's webhook took so far. */
  received(): number
  /** Resolves with the first message after the first `seen` that the team's webhook takes; rejects when `signal` aborts. */
  after(seen: number, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** Opens the receivers. With `realSlack`, a webhook URL of Slack's own, no Slack stand-in is opened. */
export async function openInboxes(terminal: Terminal, realSlack: string | null): Promise<Inboxes> {
  const secret = `whsec_${randomBytes(24).toString('base64')}`
  let received = 0
  let wakers: (() => void)[] = []
  const slack =
    realSlack === null
      ? await startStandIn((request, response) => {
          const lines = toLines(parseJson(request.body), 'hidden')
          terminal.box('Slack · #payments', lines, slackColour(lines[0]?.text ?? ''))
          answer(response, 200, 'ok')
        })
      : null
  const webhook = await startStandIn((request, response) => {
    showWebhook(terminal, request, secret)
    answer(response, 200, '')
    received++
    for (const wake of wakers.splice(0)) wake()
  })
  const other = await startStandIn((request, response) => {
    terminal.box('webhook of team default', webhookLines(parseJson(request.body)), 'magenta')
    answer(response, 200, '')
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
    received: () => received,
    after: async (seen, signal) => {
      while (received <= seen) {
        await new Promise<void>((resolve, reject) => {
          signal.throwIfAborted()
          wakers.push(resolve)
          signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        })
      }
    },
    close: async () => {
      wakers = []
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

function showWebhook(terminal: Terminal, request: Received, secret: string): void {
  const payload = parseJson(request.body)
  const fault = signatureFault(request, secret, Date.now())
  const status = isRecord(payload) ? payload.status : ''
  const lines = webhookLines(payload)
  const [head] = lines
  const signed = fault === null ? 'signature verified' : `signature refused: ${fault}`
  const summary = `${head?.text ?? ''} (${lines.length === 2 ? '1 alert' : `${lines.length - 1} alerts`}, ${signed})`
  terminal.box(
    'webhook · JSON for a program',
    [{ kind: 'text', text: summary }],
    status === 'resolved' ? 'green' : 'cyan',
  )
}
