/** The demo's check of a webhook's signature. */
import { expect, it } from 'vitest'
import { signatureFault } from '../../src/stand-in/signature.ts'

// The worked example of the Standard Webhooks specification's reference libraries.
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const signed = {
  method: 'POST',
  path: '/',
  headers: {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
  body: '{"test": 2432232314}',
}
const then = 1_614_265_330_000

it('accepts the published example, also beside signatures of other keys', () => {
  expect(signatureFault(signed, secret, then)).toBeNull()
  const rotated = { ...signed.headers, 'webhook-signature': `v1,AAAA v1a,x ${signed.headers['webhook-signature']}` }
  expect(signatureFault({ ...signed, headers: rotated }, secret, then)).toBeNull()
})

it.each([
  ['a changed body', { ...signed, body: '{"test": 2432232315}' }, then, /fits the body/],
  ['an old request', signed, then + 301_000, /5 minutes/],
  ['no signature', { ...signed, headers: {} }, then, /missing/],
  ['a time in words', { ...signed, headers: { ...signed.headers, 'webhook-timestamp': 'now' } }, then, /whole seconds/],
])('refuses %s', (_, request, now, fault) => {
  expect(signatureFault(request, secret, now)).toMatch(fault)
})
