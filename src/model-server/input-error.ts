/** What is wrong with a request, as the client is told and as the metrics count it. */

/** Values of the label `validation_type`. */
export const validationTypes = [
  'malformed_body',
  'wrong_length',
  'missing_values',
  'nan_values',
  'infinite_values',
  'negative_values',
  'out_of_range',
  'unknown_category',
] as const

export type ValidationType = (typeof validationTypes)[number]

/** The input cannot be used. The message says which value is wrong and what it has to be; it repeats no value. */
export class InputError extends Error {
  readonly statusCode = 400
  readonly type: ValidationType

  constructor(type: ValidationType, message: string) {
    super(message)
    this.name = 'InputError'
    this.type = type
  }
}

/** How the client is to blame for an error; null when it is not. Fastify's own (no JSON, too large) carry a status. */
export function mistakeOf(error: unknown): ValidationType | null {
  if (error instanceof InputError) return error.type
  return error instanceof Error && 'statusCode' in error && Number(error.statusCode) < 500 ? 'malformed_body' : null
}

/** A number from 0 to `most`. `where` names the value for the client. Throws an InputError. */
export function readAmount(value: unknown, where: string, most: number = Number.MAX_VALUE): number {
  if (value === undefined) throw new InputError('missing_values', `${where} is missing.`)
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new InputError('nan_values', `${where} is not a number.`)
  }
  // JSON has no infinity, but 1e999 is read as one.
  if (!Number.isFinite(value)) throw new InputError('infinite_values', `${where} is not finite.`)
  if (value < 0) throw new InputError('negative_values', `${where} is negative.`)
  if (value > most) throw new InputError('out_of_range', `${where} is more than ${most}.`)
  return value
}

/** The body or a part of it as an object whose own keys may be read. Throws an InputError. */
export function readObject(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new InputError('malformed_body', `${where} is not a JSON object.`)
}
