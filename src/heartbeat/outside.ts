/** The URL outside that the router's own heartbeat asks: which ones may be configured. */

/** The URL as it is sent to. Throws an Error with a sentence that does not show it: it is a secret. */
export function parseHeartbeatUrl(text: string): string {
  const url = URL.parse(text.trim())
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Error('is not a URL (it is not shown, as it may be a secret); write https://host/path')
  }
  if (url.username + url.password !== '') {
    throw new Error('has a user or a password in it; take one whose path or query is the secret')
  }
  return url.href
}

/** The host and port of a plain http URL, which only the operator can permit; null for https. */
export function plainHttp(url: string): { readonly host: string; readonly port: number } | null {
  const { protocol, hostname, port } = new URL(url)
  return protocol === 'https:' ? null : { host: hostname, port: port === '' ? 80 : Number(port) }
}
