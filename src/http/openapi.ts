/** The description of the API for machines, drawn from the zod schemas and policies of the routes. */
import swagger from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { Policy } from '../access/policy.ts'
import { errorBody } from './errors.ts'
import type { App } from './feature.ts'

/** Collects every route declared after it. */
export function collectOpenApi(app: App): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'alert-router', version: 'v1', description: 'Alerts, where they went, and why.' },
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer' }, password: { type: 'http', scheme: 'basic' } },
      },
    },
    transform: (document) => {
      const schema = withAccess(document.schema, document.route.config?.policy)
      return jsonSchemaTransform({ ...document, schema })
    },
    transformObject: jsonSchemaTransformObject,
  })
}

/** `GET /openapi.json`. */
export function openApiRoute(app: App): void {
  // It holds nothing of anybody's, so any token that reads may have it.
  const config = { policy: { verb: 'read', perTeam: true } } as const
  app.get('/openapi.json', { config, schema: { hide: true } }, () => app.swagger())
}

/** Says of each operation which verb its token needs, and that errors have one shape. */
function withAccess(schema: FastifySchema = {}, policy: Policy = 'open'): FastifySchema {
  const response = { ...(schema.response as object), default: errorBody }
  if (policy === 'open') return { ...schema, response, security: [] }
  const { verb, perTeam } = policy
  const needs = `Needs a token that allows ${verb}${perTeam ? ', and goes by its teams' : ', for all teams'}.`
  const description = schema.description === undefined ? needs : `${schema.description} ${needs}`
  return { ...schema, response, description, security: [{ token: [] }, { password: [] }] }
}
