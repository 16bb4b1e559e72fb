/** Which entries ALLOW_DESTINATIONS takes, and what it says to the others. */
import { describe, expect, it } from 'vitest'
import { isAllowedDestination, parseAllowDestinations } from '../../src/channel/allow.ts'

describe('parseAllowDestinations', () => {
  it.each([
    ['', []],
    [' , ', []],
    ['localhost:9093', [{ host: 'localhost', port: 9093 }]],
    [
      'hooks.corp.example:443, 10.0.0.7:8080',
      [
        { host: 'hooks.corp.example', port: 443 },
        { host: '10.0.0.7', port: 8080 },
      ],
    ],
    ['LocalHost:1', [{ host: 'localhost', port: 1 }]],
    ['0x7f.1:80', [{ host: '127.0.0.1', port: 80 }]],
    ['[::1]:9093', [{ host: '[::1]', port: 9093 }]],
    ['[0:0:0:0:0:0:0:1]:9093', [{ host: '[::1]', port: 9093 }]],
    ['alertmanager_1:9093', [{ host: 'alertmanager_1', port: 9093 }]],
  ])('reads %j', (text, expected) => {
    expect(parseAllowDestinations(text)).toEqual(expected)
  })

  it.each([
    'localhost',
    'localhost:',
    ':80',
    'localhost:0',
    'localhost:65536',
    'localhost:x',
    'http://localhost:80',
    'localhost:80/path',
    'user@localhost:80',
    '*:80',
    '*.corp.example:443',
    '::1:80',
    'a b:80',
    '1.2.3.4.5:80',
  ])('refuses %j and names it', (entry) => {
    expect(() => parseAllowDestinations(`localhost:9093,${entry}`)).toThrow(JSON.stringify(entry))
  })
})

describe('isAllowedDestination', () => {
  const allow = parseAllowDestinations('localhost:80,corp.example:443,[::1]:9093')

  it.each([
    ['http://localhost/', true],
    ['http://localhost:80/', true],
    ['https://corp.example/x', true],
    ['http://[::1]:9093/', true],
    ['https://localhost/', false],
    ['http://localhost:81/', false],
    ['http://localhost./', false],
    ['http://corp.example/', false],
    ['https://sub.corp.example/', false],
    ['https://corp.example.evil.example/', false],
  ])('%s → %s', (url, expected) => {
    expect(isAllowedDestination(new URL(url), allow)).toBe(expected)
  })
})
