/** The description for machines names every address of the history and every shape it answers with. */
import { expect, it } from 'vitest'
import { Past } from './past.ts'

it('describes every address, with shapes by name', async () => {
  const past = await Past.begin()
  const { paths, components } = await past.get('/openapi.json')
  for (const path of [
    '/api/v1/alerts',
    '/api/v1/alerts/{id}',
    '/api/v1/notifications',
    '/api/v1/notifications/{id}',
    '/api/v1/destinations',
    '/api/v1/destinations/{id}',
    '/api/v1/groups',
    '/api/v1/groups/{id}',
    '/api/v1/teams',
    '/api/v1/teams/{team}',
    '/api/v1/teams/{team}/versions',
  ]) {
    const { $ref } = paths[path].get.responses['200'].content['application/json'].schema
    expect(Object.keys(components.schemas)).toContain($ref.split('/').at(-1))
  }
  expect(paths['/api/v1/teams/reload'].post.description).toMatch(/allows admin/)
  expect(components.schemas.Labels).toMatchObject({ type: 'object', additionalProperties: { type: 'string' } })
  const filter = paths['/api/v1/alerts'].get.parameters.find((p: { name: string }) => p.name === 'filter')
  expect(filter.schema).toMatchObject({ type: 'array', items: { type: 'string' } })
})
