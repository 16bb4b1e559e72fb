/** The secret in an Authorization header: a bearer token, or the password of basic auth. */

/** `scheme` tells whether a browser may have added the secret on its own, as it does for basic auth. */
export interface Credentials {
  readonly scheme: 'bearer' | 'basic'
  readonly secret: string
}

/** Null if the header is neither `Bearer <token>` nor `Basic base64(<any name>:<token>)` (RFC 6750, RFC 7617). */
export function parseAuthorization(header: string): Credentials | null {
  const [, scheme, value] = /^(bearer|basic) +([\x21-\x7e]+) *$/i.exec(header) ?? []
  if (scheme === undefined || value === undefined) return null
  if (scheme.toLowerCase() === 'bearer') return { scheme: 'bearer', secret: value }
  const pair = Buffer.from(value, 'base64').toString()
  const colon = pair.indexOf(':')
  return colon === -1 ? null : { scheme: 'basic', secret: pair.slice(colon + 1) }
}
