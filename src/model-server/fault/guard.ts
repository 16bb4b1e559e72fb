/** Who may make things go wrong: whoever knows the token, or sits at this machine. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'

/** What proxies add: whoever asked them may be anywhere, though their connection comes from this machine. */
const fromProxies = ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip']

/** With the token from anywhere; without one from loopback only, where no page of a browser may ask either. */
export function mayControl(request: FastifyRequest, token: string | null): boolean {
  const { authorization = '', host = '', origin } = request.headers
  const [, given] = /^bearer (.+)$/i.exec(authorization) ?? []
  if (given !== undefined) return token !== null && sameText(given, token)
  if (origin !== undefined || fromProxies.some((name) => request.headers[name] !== undefined)) return false
  // A name that somebody points at 127.0.0.1 is not a name of this machine (DNS rebinding).
  return isLoopback(request.socket.remoteAddress ?? '') && /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host)
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address)
}

/** Takes equally long for any text of any length. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
