/** Every way in which a network gives no answer: what was surely not sent is `transient`, all else is `unknown`. */
import { type AddressInfo, createServer, type Server } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import { selfSigned } from '../../src/stand-in/certificate.ts'
import { type Fault, type Kind, type Surroundings, standIn } from './answers.ts'
import { type Answer, breaksOff, saying, startPeer } from './peer.ts'

const notSent = { outcome: 'transient', status: null, requests: 0 } as const
const maybeSent = { outcome: 'unknown', status: null, requests: 1 } as const

export const networkFaults: readonly Fault[] = [
  ['connection refused', refused, { ...notSent, detail: expect.stringMatching(/^not sent: .*ECONNREFUSED/) }],
  ['connection reset after the request', answering(breaksOff), maybeSent],
  ['connection closed after the request', answering((_response, _request, socket) => socket.end()), maybeSent],
  ['connection closed in the middle of the headers', answering(saysRaw('HTTP/1.1 202 Acc')), maybeSent],
  ['an answer that is not HTTP', answering(saysRaw('220 smtp ready\r\n')), maybeSent],
  ['a status outside of HTTP', answering(saysRaw('HTTP/1.1 999 Odd\r\n\r\n')), maybeSent],
  [
    'another protocol',
    answering(saysRaw('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')),
    maybeSent,
  ],
  [
    'no answer in 10 s',
    hanging,
    { ...maybeSent, detail: 'no answer after the request was sent: no answer within 10 s' },
  ],
  [
    'a certificate that nobody vouches for',
    (kind) => startPeer(saying(200, 'ok'), selfSigned()).then((peer) => at(kind, peer.port, { peer })),
    { ...notSent, detail: expect.stringContaining('self-signed certificate') },
  ],
  [
    'a certificate of another host',
    async (kind) => {
      const { peer } = await standIn({ ...kind, tlsOnly: true }, saying(200, 'ok'))
      const { port } = peer
      const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
      return {
        endpoint: kind.endpointAt(`https://other.test:${port}`),
        allow: [{ host: 'other.test', port }],
        resolve,
        peer,
      }
    },
    { ...notSent, detail: expect.stringContaining('altnames') },
  ],
  [
    'a server that does not speak TLS',
    (kind) => startPeer(saying(200, 'ok')).then((peer) => at(kind, peer.port, { peer })),
    notSent,
  ],
  ['no TLS handshake in 10 s', stalling, { ...notSent, detail: 'not sent: no answer within 10 s' }],
  ['a name that does not exist', resolving(() => Promise.reject(new Error('getaddrinfo ENOTFOUND'))), notSent],
  ['a name server that is away', resolving(() => Promise.reject(new Error('getaddrinfo EAI_AGAIN'))), notSent],
  ['a name without addresses', resolving(async () => []), notSent],
  [
    'a name that leads inside',
    resolving(async () => [{ address: '10.0.0.1', family: 4 }]),
    { outcome: 'permanent', about: 'destination', status: null },
  ],
  [
    'no word of the name server in 10 s',
    async (kind) => ({
      endpoint: kind.endpointAt(kind.origin),
      resolve: () => new Promise(() => {}),
      hangsAfter: () => {},
    }),
    { ...notSent, detail: 'not sent: no answer within 10 s' },
  ],
]

function answering(answer: Answer): (kind: Kind) => Promise<Surroundings> {
  return (kind) => standIn(kind, answer)
}

/** Bytes in place of an answer, and the end of the connection. */
function saysRaw(text: string): Answer {
  return (response) => void response.socket?.end(text)
}

async function hanging(kind: Kind): Promise<Surroundings> {
  const around = await standIn(kind, () => {})
  return { ...around, hangsAfter: () => expect(around.peer.requests).toHaveLength(1) }
}

async function refused(kind: Kind): Promise<Surroundings> {
  const server = createServer()
  const port = await listening(server)
  await new Promise((closed) => server.close(closed))
  return at(kind, port, {})
}

/** Takes the connection and never says a word. */
async function stalling(kind: Kind): Promise<Surroundings> {
  let connections = 0
  const server = createServer((socket) => {
    connections++
    onTestFinished(() => void socket.destroy())
  })
  const port = await listening(server)
  return at(kind, port, { hangsAfter: () => expect(connections).toBe(1) })
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** At a port of loopback, spoken to as the channel speaks to its vendor: over TLS. */
function at(kind: Kind, port: number, more: Partial<Surroundings>): Surroundings {
  const endpoint = kind.endpointAt(`https://127.0.0.1:${port}`)
  return { endpoint, allow: [{ host: '127.0.0.1', port }], ...more }
}

function resolving(resolve: NonNullable<Surroundings['resolve']>): (kind: Kind) => Promise<Surroundings> {
  return async (kind) => ({ endpoint: kind.endpointAt(kind.origin), resolve })
}
