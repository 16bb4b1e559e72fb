/** What the demo's receivers have in common: what the router must know of them, and that they tell what they took. */

export type Place = 'slack' | 'pagerduty' | 'mail' | 'webhook' | 'operators'

export interface Inbox {
  /** Variables for the router: secrets of the team documents, or how mail leaves. */
  readonly env: Readonly<Record<string, string>>
  /** `host:port` for ALLOW_DESTINATIONS; null where the router asks for no permission. */
  readonly address: string | null
  close(): Promise<void>
}

/** Called with each message that was shown and answered. */
export type Took = (place: Place) => void
