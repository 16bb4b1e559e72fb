/** Which of a stranger's URLs a message may link to. */

/** A longer link is left out: cut it would lead elsewhere. Slack takes 3,000 a section, mail readers fewer still. */
const MAX_HREF = 1_500

/** The URL as browsers write it if it is http(s) without credentials, else null. No space, quote, angle, bar or backtick. */
export function hrefOf(url: string): string | null {
  const parsed = URL.parse(url)
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) return null
  if (parsed.username !== '' || parsed.password !== '') return null
  const href = parsed.href.replace(/[|<>`"'\s]/gu, (character) => percentEncoded(character))
  return href.length > MAX_HREF ? null : href
}

/** `encodeURIComponent` leaves the apostrophe alone. */
function percentEncoded(character: string): string {
  return character === "'" ? '%27' : encodeURIComponent(character)
}
