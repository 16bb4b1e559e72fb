/** Which alert a received one is, within its source: the sender's fingerprint, unless other labels already own it. */
import { fingerprint } from './fingerprint.ts'
import type { Labels } from './labels.ts'

/** The labels of an alert that is open or lately closed, as kept under a fingerprint of this source. */
export type KnownAlert = (fingerprint: string) => { readonly labelsText: string } | undefined

export interface Identity {
  /** The key of the alert within its source. */
  readonly fingerprint: string
  /** The sender hashes otherwise than FNV-1a of the labels it sends; null where it was not computed (already known). */
  readonly differs: boolean | null
}

/**
 * The sender's fingerprint is trusted; labels that differ from those known under it are an alert of their own, keyed by
 * their FNV-1a, and stay so while that alert is known, even when the first one is gone. `computed` is the FNV-1a of
 * the labels, which callers spare for alerts they know. `known` is asked for at most two keys: the sender's and `ownKey`.
 */
export function identify(
  alert: { readonly fingerprint: string; readonly labels: Labels; readonly labelsText: string },
  known: KnownAlert,
  computed: string = fingerprint(alert.labels),
): Identity {
  const first = known(alert.fingerprint)
  if (first?.labelsText === alert.labelsText) return { fingerprint: alert.fingerprint, differs: null }
  const own = ownKey(alert.fingerprint, computed)
  const useOwn = first !== undefined || known(own)?.labelsText === alert.labelsText
  return { fingerprint: useOwn ? own : alert.fingerprint, differs: computed !== alert.fingerprint }
}

/**
 * The key under which labels live whose sender's fingerprint belongs to other labels. If the FNV-1a is that very
 * fingerprint (two sets that collide can be constructed), a suffix keeps them apart.
 */
export function ownKey(sent: string, computed: string): string {
  return computed === sent ? `${computed}${twin}` : computed
}

/** Was this key made for the second of two label sets with one hash? */
export function isTwinKey(key: string): boolean {
  return key.endsWith(twin)
}

const twin = '-2'
