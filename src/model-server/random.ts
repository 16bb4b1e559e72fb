/** Random numbers that repeat: the same seed gives the same data, the same models and the same faults. */

/** Uniform in [0, 1). */
export type Random = () => number

/** Marsaglia's xorshift32 (https://www.jstatsoft.org/v08/i14): enough for data and sampling, useless for secrets. */
export function seededRandom(seed: number): Random {
  // Spreads small seeds over all bits; the state must not be 0.
  let state = Math.imul(seed + 1, 0x9e3779b1) | 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** A whole number from 0 to `below - 1`. */
export function wholeNumber(random: Random, below: number): number {
  return Math.floor(random() * below)
}

/** A copy in random order (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const copy = [...items]
  for (let last = copy.length - 1; last > 0; last--) {
    const other = wholeNumber(random, last + 1)
    const kept = copy[last] as T
    copy[last] = copy[other] as T
    copy[other] = kept
  }
  return copy
}
