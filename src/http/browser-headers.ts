/** What browsers are told about every answer: it is no page, nothing in it is to be run, and nobody may frame it. */
import type { FastifyInstance } from 'fastify'

/** A feature that serves pages sets its own Content-Security-Policy over this one. */
const HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  // An alert's label that looks like HTML stays JSON, whatever a browser makes of its first bytes.
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** Errors have them too; no answer says Access-Control-Allow-Origin, so pages of other sites cannot read any. */
export function tellBrowsers(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(HEADERS)
    done()
  })
}
