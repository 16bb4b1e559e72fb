/** Makes one attempt; whatever goes wrong on our side becomes a receipt too. */
import type { Channel, ChannelName, Endpoint, Message, Receipt } from '../channel/channel.ts'

interface Sender<Destination> {
  readonly channels: Readonly<Record<ChannelName, Channel>>
  readonly endpoint: (destination: Destination) => Promise<Endpoint>
  readonly onError: (error: unknown, what: string) => void
}

/**
 * Never rejects. A secret that is missing today may be there in a minute: nothing was sent, so the attempt is merely put
 * off. A channel throws on bugs only: a message that cannot be rendered never can be, and must not hold up those behind it.
 */
export async function send<Destination extends { readonly channel: ChannelName }>(
  p: Sender<Destination>,
  destination: Destination,
  message: Message,
  signal: AbortSignal,
): Promise<Receipt> {
  let endpoint: Endpoint
  try {
    endpoint = await p.endpoint(destination)
  } catch (error) {
    return { outcome: 'transient', status: null, detail: textOf(error), retryAfterMs: null }
  }
  try {
    return await p.channels[destination.channel].send(message, endpoint, signal)
  } catch (error) {
    p.onError(error, `notification ${message.notificationId} could not be sent because of a bug`)
    return { outcome: 'permanent', status: null, detail: `a bug in the router: ${textOf(error)}`, retryAfterMs: null }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
