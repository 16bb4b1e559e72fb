/** Answers of Alertmanagers as the rules see them. */
import type { Answer } from '../../src/source/answer.ts'

export const HOUR = 3_600_000
export const MINUTE = 60_000

/** One that is long up, in no cluster, and lists these keys. */
export function anAnswer(askedAt: number, listed: readonly string[] = [], special: Partial<Answer> = {}): Answer {
  return { askedAt, upMs: HOUR, member: null, peers: [], listed: new Set(listed), active: [], ...special }
}
