/** The body that switches a fault on: `{"amount": 0.3, "seconds": 60, "version": "v2"}`, each with a usual value. */
import { InputError, readAmount, readObject } from '../input-error.ts'
import { type FaultName, faults, MOST_SECONDS, USUAL_SECONDS } from './faults.ts'

export interface FaultRequest {
  readonly amount: number
  readonly seconds: number
  /** null: every model of the server. */
  readonly version: string | null
}

/** `versions`: those of the server's models. Throws an InputError. */
export function readFaultRequest(name: FaultName, body: unknown, versions: readonly string[]): FaultRequest {
  const { of, usual, most } = faults[name]
  const asked = readObject(body ?? {}, 'The body')
  const amount = readAmount(asked.amount ?? usual, 'amount', most)
  const seconds = readAmount(asked.seconds ?? USUAL_SECONDS, 'seconds', MOST_SECONDS)
  if (amount === 0 || seconds === 0) {
    throw new InputError('out_of_range', 'amount and seconds are more than 0; DELETE ends a fault.')
  }
  if (of === 'server' && asked.version !== undefined) {
    throw new InputError('unknown_category', 'version is not taken: this fault is of the whole server.')
  }
  const version = asked.version === undefined ? null : versions.find((known) => known === asked.version)
  if (version === undefined) throw new InputError('unknown_category', `version is none of ${versions.join(', ')}.`)
  return { amount, seconds, version }
}
