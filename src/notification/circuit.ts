/** Whether a destination is spoken to as usual, left alone, or tried with one message. Pure: read off its failures. */

/** Failures in a row after which a destination counts as down: one is an accident, two a coincidence. */
export const OPENS_AFTER = 3

/**
 * - `closed`: as usual; after a first failure already one message at a time.
 * - `open`: it has failed again and again, and its pause is not over.
 * - `half-open`: its pause is over; one message is the probe, and its success closes the circuit.
 */
export type CircuitState = 'closed' | 'open' | 'half-open'

/** `failures` in a row, `notBefore` the end of the pause, both as the destination has them. */
export function circuitOf(
  { failures, notBefore }: { readonly failures: number; readonly notBefore: number },
  now: number,
): CircuitState {
  if (!isBroken(failures)) return 'closed'
  return notBefore > now ? 'open' : 'half-open'
}

/** Open or half-open. */
export function isBroken(failures: number): boolean {
  return failures >= OPENS_AFTER
}
