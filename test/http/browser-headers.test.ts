/** What browsers are told, also with an error, and by pages in words of their own. */
import { expect, it } from 'vitest'
import type { Feature } from '../../src/http/feature.ts'
import { testApp } from './test-app.ts'

const page = "default-src 'self'"
const routes: Feature = (scope) => {
  const config = { policy: 'open' } as const
  scope.get('/json', { config }, () => ({ label: '<script>' }))
  scope.get('/page', { config }, (_request, reply) => reply.header('content-security-policy', page).send('x'))
}

it.each([
  ['/json', 200, "default-src 'none'; frame-ancestors 'none'"],
  ['/missing', 404, "default-src 'none'; frame-ancestors 'none'"],
  ['/metrics', 401, "default-src 'none'; frame-ancestors 'none'"],
  ['/page', 200, page],
])('%s (%i): %s', async (url, status, policy) => {
  const { app } = testApp(routes)
  const { statusCode, headers } = await app.inject({ url, headers: { origin: 'https://evil.example' } })
  expect(statusCode).toBe(status)
  expect(headers).toMatchObject({
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
  expect(headers['access-control-allow-origin']).toBeUndefined()
})
