/** What a feature's `http.ts` is to the app: a function that declares its routes. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'

/** Fastify with zod schemas: `schema: { params, querystring, body, response }` types the handler and the OpenAPI. */
export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>

/** Declares routes on a scope of its own, so hooks and parsers it adds stay its own. Each route names its policy. */
export type Feature = (scope: App) => void
