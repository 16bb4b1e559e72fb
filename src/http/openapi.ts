/** The description of the API for machines, drawn from the zod schemas of the routes. */
import swagger from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { Policy } from '../access/policy.ts'
import type { App } from './app-type.ts'
import { errorBody } from './errors.ts'

/** Collects every route declared after it. */
export function collectOpenApi(app: App): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'alert-router', version: 'v1', description: 'Alerts, where they went, and why.' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' }, password: { type: 'http', scheme: 'basic' } } },
    },
    transform: (route) => jsonSchemaTransform({ ...route, schema: withAccess(route.schema, route.route.config?.policy) }),
    transformObject: jsonSchemaTransformObject,
  })
}
