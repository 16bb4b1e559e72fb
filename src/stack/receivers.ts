/** Slack, PagerDuty, a mail server and a heartbeat monitor for the stack: real Slack if its URL is given, else stand-ins on this machine. */
import { createHash } from 'node:crypto'
import { selfSigned } from '../stand-in/certificate.ts'
import { isRecord, parseJson, text } from '../stand-in/json.ts'
import { eventAccepted, eventFault } from '../stand-in/pagerduty-events.ts'
import { type ReceivedMail, startSmtpStandIn } from '../stand-in/smtp-stand-in.ts'
import { answer, type Respond, startStandIn } from '../stand-in/stand-in.ts'

/** What the router is told of them. */
export interface Receivers {
  /** The incoming webhook of a team's channel. */
  readonly slackUrl: (team: string) => string
  /** The integration key of a team's service. */
  readonly pagerDutyKey: (team: string) => string
  /** Where events go: `https://host:port/v2/enqueue`. */
  readonly pagerDutyUrl: string
  /** PEM text of the certificate that PagerDuty shows; the router has to trust it. */
  readonly certificate: string
  /** `host:port` of a server that speaks SMTP without TLS. */
  readonly smtp: string
  /** Asked as long as the router is well; nobody is told when it is not. */
  readonly heartbeatUrl: string
  /** `host:port` of each that is on this machine, for ALLOW_DESTINATIONS. */
  readonly addresses: readonly string[]
}

/** One message that was taken. `team` is whose channel or service it is. */
export type Message =
  | { readonly place: 'slack'; readonly team: string; readonly payload: unknown }
  | { readonly place: 'pagerduty'; readonly team: string; readonly payload: Readonly<Record<string, unknown>> }
  | { readonly place: 'mail'; readonly mail: ReceivedMail }

export interface StandIns extends Receivers {
  close(): Promise<void>
}

/**
 * Opens them on free ports. `took` is called for each message that was taken. With `realSlack`, an incoming webhook's URL,
 * the messages of all teams go there.
 */
export async function openReceivers(realSlack: string | null, took: (message: Message) => void): Promise<StandIns> {
  const slack = realSlack === null ? await startStandIn(slackAnswers(took)) : null
  const certificate = selfSigned()
  const teams = new Map<string, string>()
  const pagerDuty = await startStandIn(pagerDutyAnswers(teams, took), 0, certificate)
  const monitor = await startStandIn((_request, response) => answer(response, 200, 'OK'))
  const mail = await startSmtpStandIn({
    reply: (at, _to, received) => {
      if (at === 'dot' && received !== null) took({ place: 'mail', mail: received })
      return null
    },
  })
  return {
    slackUrl: (team) => realSlack ?? `${slack?.url}/services/T0/B0/${team}`,
    pagerDutyKey: (team) => {
      const key = createHash('sha256').update(team).digest('hex').slice(0, 32)
      teams.set(key, team)
      return key
    },
    pagerDutyUrl: `${pagerDuty.url}/v2/enqueue`,
    certificate: certificate.cert,
    smtp: `127.0.0.1:${mail.port}`,
    heartbeatUrl: `${monitor.url}/ping/alert-router`,
    addresses: [slack, pagerDuty, monitor].flatMap((standIn) => standIn?.address ?? []),
    close: async () => {
      await Promise.all([slack?.close(), pagerDuty.close(), monitor.close(), mail.close()])
    },
  }
}

function slackAnswers(took: (message: Message) => void): Respond {
  return ({ path, body }, response) => {
    answer(response, 200, 'ok')
    took({ place: 'slack', team: path.split('/').at(-1) ?? '', payload: parseJson(body) })
  }
}

function pagerDutyAnswers(teams: ReadonlyMap<string, string>, took: (message: Message) => void): Respond {
  return (request, response) => {
    const fault = eventFault(request, [...teams.keys()])
    if (fault !== null) {
      answer(response, 400, JSON.stringify({ status: 'invalid event', errors: [fault] }))
      return
    }
    const payload = parseJson(request.body)
    if (!isRecord(payload)) return
    answer(response, eventAccepted.status, eventAccepted.body)
    took({ place: 'pagerduty', team: teams.get(text(payload.routing_key)) ?? '', payload })
  }
}
