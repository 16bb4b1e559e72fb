/** Plays a program behind the generic webhook, which checks the signature when it knows the secret. */
import { isRecord, parseJson } from '../../src/stand-in/json.ts'
import { signatureFault } from '../../src/stand-in/signature.ts'
import { StandIn } from './stand-in.ts'
import { webhookText } from './webhook-text.ts'

/** `secret` as the team's document holds it (`whsec_…`), null for an unsigned webhook. */
export function startWebhookStandIn(name: string, now: () => number, secret: string | null): Promise<StandIn> {
  const kind = {
    ok: { status: 200 },
    toText: webhookText,
    fault: (request: Parameters<typeof signatureFault>[0]) => {
      if (!isRecord(parseJson(request.body))) return 'the body is not a JSON object'
      return secret === null ? null : signatureFault(request, secret, now())
    },
  }
  return StandIn.start(name, kind, now)
}
