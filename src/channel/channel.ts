/** What the pipeline knows of a channel: a kind of destination that can be sent one message. Domain: no network here. */
import type { Labels } from '../alert/labels.ts'
import type { CloseReason } from '../episode/episode.ts'

export const channelNames = ['slack', 'email', 'pagerduty', 'webhook'] as const

export type ChannelName = (typeof channelNames)[number]

/** Why a message goes out; computed against what the destination was told (notification/reason.ts). */
export type Reason = 'first' | 'new-alerts' | 'some-resolved' | 'all-resolved' | 'repeat' | 'missed'

/** One alert as a message shows it. Times are epoch ms; every text is untrusted. */
export interface MessageAlert {
  readonly episodeId: number
  readonly fingerprint: string
  readonly status: 'firing' | 'resolved'
  /** What changed since the destination was last told: it is new, it has resolved, it came and went unseen, or nothing. */
  readonly change: 'new' | 'resolved' | 'missed' | null
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAt: number
  /** Null while firing. */
  readonly endsAt: number | null
  /** Who said that it is over; null while firing. */
  readonly closeReason: CloseReason | null
  readonly generatorUrl: string
  /** This alert's page in the API: absolute when PUBLIC_URL is set, else null. */
  readonly url: string | null
}

/** Everything a channel may say in one message: the present state of one group, and what changed for this destination. */
export interface Message {
  readonly notificationId: number
  /** The same over all attempts of one notification: `<conversationKey>-<notification id>`. */
  readonly idempotencyKey: string
  /** The same over all notifications of one group life to one destination: `ar-<installation>-<group life>-<destination id>`. */
  readonly conversationKey: string
  readonly reason: Reason
  readonly team: string
  readonly receiver: string
  /** The receiver that could not be reached and in whose stead this one is told; null where the route leads here. */
  readonly insteadOf: string | null
  readonly routeId: string
  readonly groupId: number
  readonly groupLabels: Labels
  /** 'firing' if at least one alert fired when this was decided. */
  readonly status: 'firing' | 'resolved'
  /** At most 50, firing first, changed before unchanged; `counts` holds the truth. */
  readonly alerts: readonly MessageAlert[]
  readonly counts: {
    readonly firing: number
    readonly newlyFiring: number
    readonly newlyResolved: number
    readonly missed: number
  }
  /** Earliest start among the firing alerts (of the resolved ones if none fires), epoch ms. */
  readonly since: number
  /** When the decision to notify fell, epoch ms; a message sent much later says so. */
  readonly decidedAt: number
  /** When this attempt is made, epoch ms. */
  readonly sentAt: number
  /** An earlier attempt may have arrived: say "possible repeat" where the vendor offers no idempotency key. */
  readonly possibleRepeat: boolean
  /** Why earlier attempts of this message, or of the one it superseded, failed; null when none did. */
  readonly lateBecause: string | null
  /** Where Alertmanager lives, from the webhook (`externalURL`), or ''. Untrusted. */
  readonly externalUrl: string
  /** Base of our own links, without trailing slash, or null. */
  readonly publicUrl: string | null
}

/** How one attempt ended. `unknown`: the peer may have taken it, so it must be sent again before anything newer. */
export type Outcome = 'delivered' | 'transient' | 'permanent' | 'unknown'

/** What the log keeps of an attempt. `detail` is at most 1 KiB and never holds a secret. */
export interface Receipt {
  readonly outcome: Outcome
  /** HTTP status of the answer, for mail the SMTP code; null when none came. */
  readonly status: number | null
  readonly detail: string
  /** The peer asked to be left alone for this long (Retry-After), ms; null when it did not. */
  readonly retryAfterMs: number | null
  /** What a permanent failure is about: this payload only, or the destination as a whole. */
  readonly about?: 'payload' | 'destination'
}

/** One configured destination with its secrets resolved, as `send` needs it. */
export interface Endpoint {
  /** The URL of a Slack or other webhook, the key of a PagerDuty service, or one mail address. */
  readonly address: string
  /** Signing secret of a webhook; null when unsigned. */
  readonly secret: string | null
  /** `host` or `host:port` that PagerDuty's events go to; null for its usual one, and for every other channel. */
  readonly host: string | null
}

/** At most `burst` attempts at once, then one every `everyMs`. */
export interface Pace {
  readonly burst: number
  readonly everyMs: number
  /** What it is counted over: each configured reference unless told otherwise, or the whole channel (one mail server). */
  readonly over?: 'channel'
}

/**
 * A channel: one file, one line in `all.ts`, one test. It renders (pure) and sends once; it knows no SQL, no retries,
 * no metrics. `send` never throws for what the network or the peer did: it classifies. It throws on bugs only.
 */
export interface Channel {
  readonly name: ChannelName
  /** Most attempts under way at once to one destination; bounds what a crash can repeat. */
  readonly maxInFlight: number
  /** How often it may be spoken to; null for as often as there is something to say. */
  readonly pace: Pace | null
  send(message: Message, endpoint: Endpoint, signal: AbortSignal): Promise<Receipt>
}
