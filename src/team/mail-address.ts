/** Which texts are one plain mail address: nothing that a mail server or a mail library could read as more than that. */

export const validMailAddress = 'one plain address such as oncall@example.org'

/**
 * RFC 5321's dot-string without the marks that old mail servers give a meaning: `%` and `!` name another host, `/` and
 * `|` a file or a program, a `-` at the front an option. No quotes, comments, display names or other scripts either.
 */
const LOCAL_PART = /^(?!-)[\w+'&=~#-]+(\.[\w+'&=~#-]+)*$/

/** Host names in ASCII (RFC 1123); an internationalised one is written in its `xn--` form. */
const DOMAIN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/

/** https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1: a path of 256 octets with its angle brackets. */
const MAX_ADDRESS = 254
const MAX_LOCAL_PART = 64

/** The address with its domain in lower case, as it is compared and sent to; null if the text is not exactly one. */
export function readMailAddress(text: string): string | null {
  if (text.length > MAX_ADDRESS) return null
  const at = text.lastIndexOf('@')
  const localPart = text.slice(0, Math.max(at, 0))
  const domain = text.slice(at + 1).toLowerCase()
  if (!LOCAL_PART.test(localPart) || localPart.length > MAX_LOCAL_PART || !isMailDomain(domain)) return null
  return `${localPart}@${domain}`
}

/** A host name in lower case and without a dot at its end. */
export function isMailDomain(text: string): boolean {
  return DOMAIN.test(text) && text.length <= 253
}

/** What stands behind the `@` of an address that was read. */
export function mailDomainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1)
}
