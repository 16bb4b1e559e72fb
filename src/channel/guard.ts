/** The guard: which URLs an outgoing request may be made to, and which addresses its socket may connect to. */
import { promises as dns, type LookupAddress, type LookupOptions } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { isInsideAddress } from './address.ts'
import { type AllowedDestination, isAllowedDestination, portOf } from './allow.ts'
import { SendError } from './send-error.ts'

/** All addresses of a name, as `dns.lookup` gives them. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>

/** A URL that may be sent to, and the lookup that its socket has to be opened with. */
export interface Admitted {
  readonly url: URL
  readonly lookup: LookupFunction
}

/** Throws a SendError of the kind `guard` for what may not be sent to. */
export type Guard = (address: string | URL) => Admitted

/** Other ports of public hosts are refused: a webhook URL must not become a way to talk to mail servers and databases. */
const PUBLIC_PORTS: readonly number[] = [443, 8443]

/**
 * Lets through public addresses over https, and besides exactly what `allow` names (there http and inside addresses are
 * fine). Host literals are checked in the form the URL parser gives them; names are resolved once per connection, every
 * address is checked, and the connection goes to a checked address. `resolve` is for tests.
 */
export function buildGuard(deps: { allow: readonly AllowedDestination[]; resolve?: Resolve }): Guard {
  const resolve = deps.resolve ?? ((hostname) => dns.lookup(hostname, { all: true }))
  const openLookup = lookupWith(resolve, () => false)
  const guardedLookup = lookupWith(resolve, isInsideAddress)

  return (address) => {
    const url = parseUrl(address)
    if (isAllowedDestination(url, deps.allow)) return { url, lookup: openLookup }
    refuseUnlessPublic(url)
    return { url, lookup: guardedLookup }
  }
}

function parseUrl(address: string | URL): URL {
  const url = URL.parse(String(address))
  if (url === null) throw new SendError('guard', 'not a URL: write https://host/path')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new SendError('guard', `scheme ${url.protocol} refused: only https is sent to`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new SendError('guard', 'a user or password in a URL is refused: take it out')
  }
  return url
}

function refuseUnlessPublic(url: URL): void {
  const port = portOf(url)
  const wayOut = `the operator can permit it by ALLOW_DESTINATIONS=${url.hostname}:${port}`
  if (url.protocol !== 'https:') throw new SendError('guard', `plain http refused: use https, or ${wayOut}`)
  if (!PUBLIC_PORTS.includes(port)) throw new SendError('guard', `port ${port} refused: ${wayOut}`)
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) !== 0 && isInsideAddress(literal)) {
    throw new SendError('guard', `${url.hostname} is not a public address: ${wayOut}`)
  }
}

/** Node connects to what the lookup hands over and asks no second time, so a name cannot change its mind in between. */
function lookupWith(resolve: Resolve, refused: (address: string) => boolean): LookupFunction {
  return (hostname, options: LookupOptions, done) => {
    resolve(hostname).then(
      (addresses) => {
        const bad = addresses.find((entry) => refused(entry.address))
        const [first] = addresses
        if (bad !== undefined) done(insideName(hostname), '', 0)
        else if (first === undefined) done(new Error(`${hostname} has no address`), '', 0)
        else if (options.all === true) done(null, [...addresses])
        else done(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => done(error, '', 0),
    )
  }
}

function insideName(hostname: string): SendError {
  return new SendError(
    'guard',
    `${hostname} resolves to an address that is not public: the operator can permit it by ALLOW_DESTINATIONS=${hostname}:<port>`,
  )
}
