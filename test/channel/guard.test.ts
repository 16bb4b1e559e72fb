/** Nothing inside is reached through the guard: every spelling, name, redirect and change of mind ends before a connection. */
import type { LookupAddress } from 'node:dns'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SendError } from '../../src/channel/send-error.ts'
import { fetchThrough, startPeer } from './peer.ts'

/** One of the two ports that the guard lets pass, so that only the address is in the way. */
const CANARY_PORT = 8443

/** A public address without a host: https://www.rfc-editor.org/rfc/rfc7535 (AS112). */
const PUBLIC: LookupAddress = { address: '2620:4f:8000::1', family: 6 }

let touched = 0
const canary = createServer((socket) => {
  touched += 1
  socket.destroy()
})

beforeAll(() => new Promise<void>((resolve) => void canary.listen(CANARY_PORT, '::', resolve)))
afterAll(() => new Promise<void>((resolve) => void canary.close(() => resolve())))

function never(): Promise<never> {
  throw new Error('a literal must not be resolved')
}

async function refusal(url: string, resolve: () => Promise<LookupAddress[]>): Promise<SendError> {
  const before = touched
  const error = await fetchThrough({ allow: [], resolve })(url, { method: 'POST', body: 'secret' }).then(
    () => expect.unreachable('was answered'),
    (failure: SendError) => failure,
  )
  expect(touched).toBe(before)
  return error
}

describe('the canary lives: without the guard these spellings reach it', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['2130706433', '127.0.0.1'],
    ['0x7f.1', '127.0.0.1'],
    ['[::1]', '[::1]'],
    ['[::ffff:127.0.0.1]', '[::ffff:7f00:1]'],
    ['0', '0.0.0.0'],
  ])('%s', async (spelling, host) => {
    const before = touched
    const fetch = fetchThrough({ allow: [{ host, port: CANARY_PORT }] })
    await expect(fetch(`https://${spelling}:${CANARY_PORT}/`)).rejects.toThrow()
    expect(touched).toBe(before + 1)
  })
})

describe('literals', () => {
  it.each([
    '127.0.0.1',
    '127.0.0.1.',
    '127.1',
    '127.0.1',
    '127.255.255.254',
    '2130706433',
    '0x7f000001',
    '0x7f.0x0.0x0.0x1',
    '0x7f.1',
    '0X7F.1',
    '017700000001',
    '0177.0.0.1',
    '0177.0x0.0.1',
    '00000177.0.0.1',
    '%31%32%37.0.0.1',
    '127%2e0%2e0%2e1',
    '127。0。0。1',
    '①②⑦.⓪.⓪.①',
    '１２７.0.0.1',
    '127\u3002\uff10\uff0e0\uff611',
    '127.0.0\u200b.1',
    '127.0.0.1\u00ad',
    '127.0.0.0x1',
    '127.000.000.001',
    '0177.1',
    '0x7f.0x1',
    '0x7f000001.',
    '2130706433.',
    '0',
    '0.0.0.0',
    '0x0',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '169.16689662',
    '169.254.169.254.',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.1.1',
    '3232235777',
    '198.18.0.1',
    '198.19.255.255',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '0377.0377.0377.0377',
    '4294967295',
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[0000:0000:0000:0000:0000:0000:0000:0001]',
    '[::127.0.0.1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:169.254.169.254]',
    '[0:0:0:0:0:ffff:10.0.0.1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b:1::1]',
    '[2002:7f00:1::]',
    '[2002:a9fe:a9fe::]',
    '[2001::7f00:1]',
    '[2001:db8::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[fec0::1]',
    '[ff02::1]',
  ])('%s', async (host) => {
    const error = await refusal(`https://${host}:${CANARY_PORT}/`, never)
    expect(error.failedAt).toBe('guard')
    expect(error.message).toContain('is not a public address')
  })
})

describe('URLs made to look like others', () => {
  it.each([
    ['user before the host', `https://hooks.slack.com@127.0.0.1:${CANARY_PORT}/`, 'user or password'],
    ['user and password', `https://hooks.slack.com:443@127.0.0.1:${CANARY_PORT}/`, 'user or password'],
    ['user on a public host', 'https://a:b@hooks.slack.com/', 'user or password'],
    ['backslash', `https:\\\\127.0.0.1:${CANARY_PORT}\\@hooks.slack.com/`, 'not a public address'],
    ['fragment', `https://127.0.0.1:${CANARY_PORT}#@hooks.slack.com/`, 'not a public address'],
    ['query', `https://127.0.0.1:${CANARY_PORT}?@hooks.slack.com/`, 'not a public address'],
    ['three slashes', `https:///127.0.0.1:${CANARY_PORT}/`, 'not a public address'],
    ['tab and newline', `https://127.0.\t0.\n1:${CANARY_PORT}/`, 'not a public address'],
    ['zone', `https://[fe80::1%25eth0]:${CANARY_PORT}/`, 'not a URL'],
    ['NUL behind the host', `https://127.0.0.1%00:${CANARY_PORT}/`, 'not a URL'],
    ['a number beyond IPv4', `https://4294967296:${CANARY_PORT}/`, 'not a URL'],
    ['hexadecimal inside IPv6', `https://[::ffff:0x7f.1]:${CANARY_PORT}/`, 'not a URL'],
    ['five numbers', 'https://127.0.0.1.1/', 'not a URL'],
    ['no scheme', '127.0.0.1', 'not a URL'],
    ['empty', '', 'not a URL'],
    ['plain http', `http://127.0.0.1:${CANARY_PORT}/`, 'plain http'],
    ['plain http to a public host', 'http://hooks.slack.com/services/x', 'plain http'],
    ['file', 'file:///etc/passwd', 'scheme'],
    ['data', 'data:,ok', 'scheme'],
    ['ftp', 'ftp://127.0.0.1/', 'scheme'],
    ['javascript', 'javascript:0', 'scheme'],
    ['ssh port', 'https://public.example:22/', 'port 22'],
    ['database port', 'https://public.example:5432/', 'port 5432'],
  ])('%s', async (_, url, why) => {
    const error = await refusal(url, never)
    expect(error.failedAt).toBe('guard')
    expect(error.message).toContain(why)
  })

  it('says in the refusal nothing of path and query', async () => {
    const error = await refusal('http://127.0.0.1/services/T0/B0/token?key=token', never)
    expect(error.message).not.toContain('token')
  })
})

describe('names that lead inside', () => {
  it.each([
    ['localhost', '127.0.0.1'],
    ['localhost.', '127.0.0.1'],
    ['LOCALHOST', '::1'],
    ['ⓛⓞⓒⓐⓛⓗⓞⓢⓣ', '127.0.0.1'],
    ['metadata.google.internal', '169.254.169.254'],
    ['127.0.0.1.nip.io', '127.0.0.1'],
    ['intranet.example', '10.1.2.3'],
    ['mapped.example', '::ffff:127.0.0.1'],
    ['zone.example', 'fe80::1%eth0'],
    ['nat64.example', '64:ff9b::7f00:1'],
    ['any.example', '0.0.0.0'],
    ['any6.example', '::'],
    ['not-an-address.example', 'localhost'],
  ])('%s → %s', async (host, address) => {
    const error = await refusal(`https://${host}:${CANARY_PORT}/`, async () => [
      { address, family: address.includes(':') ? 6 : 4 },
    ])
    expect(error.failedAt).toBe('guard')
    expect(error.message).toContain('resolves to an address that is not public')
  })

  it('one public and one inside address', async () => {
    const error = await refusal(`https://both.example:${CANARY_PORT}/`, async () => [
      PUBLIC,
      { address: '127.0.0.1', family: 4 },
    ])
    expect(error.failedAt).toBe('guard')
  })

  it('a name that is public when asked first and inside when asked again: it is asked once', async () => {
    let asked = 0
    const before = touched
    const fetch = fetchThrough({
      allow: [],
      resolve: async () => {
        asked += 1
        return asked === 1 ? [PUBLIC] : [{ address: '127.0.0.1', family: 4 }]
      },
    })
    const signal = AbortSignal.timeout(100)
    await expect(fetch(`https://rebind.example:${CANARY_PORT}/`, { signal })).rejects.toMatchObject({
      failedAt: 'unsent',
    })
    expect(asked).toBe(1)
    await expect(fetch(`https://rebind.example:${CANARY_PORT}/`)).rejects.toMatchObject({ failedAt: 'guard' })
    expect(touched).toBe(before)
  })
})

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])('%d is returned, not followed', async (status) => {
    const before = touched
    const peer = await startPeer((response) =>
      response.writeHead(status, { Location: `https://127.0.0.1:${CANARY_PORT}/` }).end(),
    )
    const response = await fetchThrough(peer)(peer.url, { method: 'POST', body: 'secret' })
    expect(response.status).toBe(status)
    expect(peer.requests).toHaveLength(1)
    expect(touched).toBe(before)
  })
})

describe('the allow-list is exact', () => {
  it('opens neither another port nor another name of the same host', async () => {
    const peer = await startPeer((response) => response.end('ok'))
    const fetch = fetchThrough({ allow: peer.allow })
    expect((await fetch(peer.url)).status).toBe(200)
    await expect(fetch(`http://127.0.0.1:${CANARY_PORT}/`)).rejects.toMatchObject({ failedAt: 'guard' })
    await expect(fetch(`http://localhost:${peer.port}/`)).rejects.toMatchObject({ failedAt: 'guard' })
    await expect(fetch(`http://[::ffff:127.0.0.1]:${peer.port}/`)).rejects.toMatchObject({ failedAt: 'guard' })
    expect(peer.requests).toHaveLength(1)
  })
})
