/** ALLOW_DESTINATIONS: the operator's list of host:port that outgoing requests may reach in spite of the guard. */

/** One entry: exactly this host on exactly this port. `host` is spelled as `URL.hostname` spells it (IPv6 in brackets). */
export interface AllowedDestination {
  readonly host: string
  readonly port: number
}

/**
 * Reads `host:port,host:port,…` (IPv6 as `[::1]:port`); empty text allows nothing.
 * Throws an Error that names the bad entry: it is read at start, and a typing error must not open or close a door in silence.
 */
export function parseAllowDestinations(text: string): AllowedDestination[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseEntry)
}

/** Whether the host and port that `url` leads to are on the list. */
export function isAllowedDestination(url: URL, allow: readonly AllowedDestination[]): boolean {
  const port = portOf(url)
  return allow.some((entry) => entry.host === url.hostname && entry.port === port)
}

/** The port a URL leads to, with the scheme's default filled in. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'http:' ? 80 : 443
}

function parseEntry(entry: string): AllowedDestination {
  const match = /^(\[[0-9a-f:.]+\]|[^\s:/?#@\\[\]*]+):(\d{1,5})$/i.exec(entry)
  const port = Number(match?.[2])
  const host = hostnameOf(match?.[1] ?? '')
  if (match === null || host === null || port < 1 || port > 65_535) {
    throw new Error(
      `ALLOW_DESTINATIONS: ${JSON.stringify(entry)} is not host:port; write for example localhost:9093 or [::1]:9093, separated by commas, without scheme, path or wildcard`,
    )
  }
  return { host, port }
}

function hostnameOf(host: string): string | null {
  return URL.parse(`http://${host}/`)?.hostname ?? null
}
