/** Hosts and folders of compose.yml, found on this machine. */
import { expect, it } from 'vitest'
import { placed } from '../../src/stack/place.ts'

const places = {
  addresses: { 'router:8080': '127.0.0.1:41', 'mail:1025': '127.0.0.1:42' },
  folders: { '/run/secrets/': '/tmp/s/' },
}

it.each<[unknown, unknown]>([
  ['router:8080', '127.0.0.1:41'],
  ['http://router:8080/api/v1?x=router:8080', 'http://127.0.0.1:41/api/v1?x=router:8080'],
  ['/run/secrets/team/url', '/tmp/s/team/url'],
  ['https://hooks.example.com/x', 'https://hooks.example.com/x'],
  ['https://a.example.com:8443/x', 'https://a.example.com:8443/x'],
  ['[direct] {{ .Status }} router:8080', '[direct] {{ .Status }} router:8080'],
  ['oncall@example.org', 'oncall@example.org'],
  [{ a: [{ targets: ['mail:1025'] }, 5, null, true] }, { a: [{ targets: ['127.0.0.1:42'] }, 5, null, true] }],
])('%j becomes %j', (value, expected) => {
  expect(placed(value, places)).toEqual(expected)
})

it('refuses what the stack does not run', () => {
  expect(() => placed({ url: 'http://grafana:3000/' }, places)).toThrow(
    /names grafana:3000, which the stack does not run/,
  )
})
