/** The few error codes a client can meet, and the one place where they become HTTP. */

export const statusOf = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  unsupported: 415,
  unavailable: 503,
} as const

export type ErrorCode = keyof typeof statusOf | 'internal'

/** An error meant for the client: `message` says what is wrong and what to do. Anything else is shown as "internal". */
export class ApiError extends Error {
  readonly code: Exclude<ErrorCode, 'internal'>

  constructor(code: Exclude<ErrorCode, 'internal'>, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ApiError'
    this.code = code
  }
}
