/** The description for machines says what the routes say. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Feature } from '../../src/http/feature.ts'
import { bearer, secrets, testApp } from './test-app.ts'

describe('GET /openapi.json', () => {
  it('describes the routes, their policies and the shape of errors', async () => {
    const body = z.object({ name: z.string() })
    const described: Feature = (scope) => {
      const schema = { description: 'Makes one.', body, response: { 200: z.object({ id: z.number() }) } }
      scope.post('/api/v1/things', { config: { policy: { verb: 'edit' } }, schema }, () => ({ id: 1 }))
    }
    const { app } = testApp(described)
    const answer = await app.inject({ url: '/openapi.json', headers: bearer(secrets.read) })
    const document = answer.json()
    expect(document).toMatchObject({ openapi: '3.1.0', components: { schemas: { Error: { type: 'object' } } } })
    expect(Object.keys(document.paths)).toEqual(['/healthz', '/readyz', '/api/v1/things'])
    expect(document.paths['/api/v1/things'].post).toMatchObject({
      description: 'Makes one. Needs a token that allows edit, for all teams.',
      security: [{ token: [] }, { password: [] }],
      requestBody: { content: { 'application/json': { schema: { properties: { name: { type: 'string' } } } } } },
      responses: {
        200: { content: { 'application/json': { schema: { properties: { id: { type: 'number' } } } } } },
        default: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
      },
    })
    expect(document.paths['/healthz'].get.security).toEqual([])
  })
})
