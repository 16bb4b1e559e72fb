/** From what came back over the network to the Receipt that the log keeps. */
import type { Endpoint, Receipt } from './channel.ts'
import { plainText } from './plain-text.ts'
import { SendError } from './send-error.ts'

/** The contract's 1 KiB, counted in UTF-8 with room for the widest characters. */
const MAX_DETAIL = 250

/** A path segment or parameter this long may be a token; shorter ones are words. */
const MIN_SECRET = 8

/** A failure without an answer. Anything but a SendError is a bug and is thrown on. */
export function receiptOfFailure(error: unknown, endpoint: Endpoint): Receipt {
  if (!(error instanceof SendError)) throw error
  const detail = safeDetail(error.message, endpoint)
  switch (error.failedAt) {
    case 'guard':
      return { outcome: 'permanent', status: null, detail, retryAfterMs: null, about: 'destination' }
    case 'unsent':
      return { outcome: 'transient', status: null, detail, retryAfterMs: null }
    case 'maybe-sent':
      return { outcome: 'unknown', status: null, detail, retryAfterMs: null }
  }
}

/**
 * A peer's words as one short line without the endpoint's secrets: many servers answer with the path they were asked for,
 * and the path of a webhook is its password.
 */
export function safeDetail(text: string, endpoint: Endpoint): string {
  return detailWithout(secretsOf(endpoint), text)
}

/** The same for secrets that no endpoint holds; the longest come first. */
export function detailWithout(secrets: readonly string[], text: string): string {
  // The whole answer (64 KiB at most): a cut before could leave part of a secret that nothing matches any more.
  let detail = plainText(text, text.length)
  for (const secret of secrets) detail = detail.replaceAll(secret, '***')
  return plainText(detail, MAX_DETAIL)
}

/** Longest first, so that no part of a secret survives the replacement of a shorter one. */
function secretsOf(endpoint: Endpoint): string[] {
  const url = URL.parse(endpoint.address)
  const parts =
    url === null
      ? [endpoint.address]
      : [url.href, url.pathname, url.search, ...url.pathname.split('/'), ...url.searchParams.values(), url.password]
  return [...parts, ...parts.map(decoded), endpoint.secret ?? '']
    .filter((part) => part.length >= MIN_SECRET)
    .sort((a, b) => b.length - a.length)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
