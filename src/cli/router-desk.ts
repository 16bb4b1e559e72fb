/** Asks a running router over HTTP, with the administrator's token, to do what a command wants. */
import { z } from 'zod'
import { TOKENS_PATH } from '../access/http.ts'
import { madeTokenJson, tokenJson, tokensJson } from '../access/token-json.ts'
import type { Config } from '../config.ts'
import type { TokenDesk } from './token-desk.ts'

const TIMEOUT_MS = 10_000

const errorJson = z.object({
  error: z.object({
    message: z.string(),
    fields: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
  }),
})

/** `why` says why the database is not used itself; it begins the complaint when no router answers. */
export async function routerDesk(config: Config, why: string): Promise<TokenDesk> {
  const url = await whereARouterAnswers(config, why)
  const ask = async <Schema extends z.ZodType>(answer: Schema, method: string, path: string, body?: object) =>
    answer.parse(await request({ url: url + path, method, body, admin: config.tokens.admin }))
  return {
    make: (wanted) => ask(madeTokenJson, 'POST', TOKENS_PATH, wanted),
    list: async () => (await ask(tokensJson, 'GET', TOKENS_PATH)).tokens,
    rotate: (id, rotation) => ask(madeTokenJson, 'POST', `${TOKENS_PATH}/${id}/rotate`, rotation),
    revoke: (id) => ask(tokenJson, 'DELETE', `${TOKENS_PATH}/${id}`),
    close: async () => {},
  }
}

/** Looked for without the token, so that only a router gets to see it. */
async function whereARouterAnswers({ host, port, publicUrl }: Config, why: string): Promise<string> {
  const urls = [
    ...(port === 0 ? [] : [`http://${reachable(host)}:${port}`]),
    ...(publicUrl === null ? [] : [publicUrl]),
  ]
  for (const url of urls) {
    // Refused, silent or not JSON: whatever it is, it is no router.
    const answer = await fetch(`${url}/healthz`, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
      .then((response) => response.json())
      .catch(() => null)
    if (z.object({ status: z.literal('ok') }).safeParse(answer).success) return url
  }
  throw new Error(
    `${why}, and no router answers at ${urls.join(' or ')}. Set DATABASE_URL, HOST, PORT and PUBLIC_URL as for the router.`,
  )
}

/** Whoever listens on all addresses is found on loopback. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

async function request(asked: { url: string; method: string; body: object | undefined; admin: string | null }) {
  const { url, method, body, admin } = asked
  const response = await fetch(url, {
    method,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: {
      ...(admin === null ? {} : { authorization: `Bearer ${admin}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok) return answer
  if (response.status === 401) throw new Error('The router asks for its ADMIN_TOKEN; set it as for the router.')
  const { data } = errorJson.safeParse(answer)
  const fields = data?.error.fields.map(({ path, message }) => `${path.replace('body.', '')}: ${message}`).join('; ')
  throw new Error(fields || data?.error.message || `The router answered ${response.status}.`)
}
