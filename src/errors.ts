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
  internal: 500,
  unavailable: 503,
} as const

export type ErrorCode = keyof typeof statusOf

/** What is wrong with one field of a request: `body.alerts.0.startsAt`. */
export interface FieldProblem {
  readonly path: string
  readonly message: string
}

/** An error meant for the client: `message` says what is wrong and what to do. Anything else is shown as "internal". */
export class ApiError extends Error {
  readonly code: Exclude<ErrorCode, 'internal'>
  readonly fields: readonly FieldProblem[]

  constructor(
    code: Exclude<ErrorCode, 'internal'>,
    message: string,
    options?: ErrorOptions & { readonly fields?: readonly FieldProblem[] },
  ) {
    super(message, options)
    this.name = 'ApiError'
    this.code = code
    this.fields = options?.fields ?? []
  }
}
