/** SMTP_URL: which mail server sends for us, whether the way there is encrypted, and as whom we log in. */
import { plainText } from './plain-text.ts'

/** How the connection is protected: TLS from its first byte, TLS by the command STARTTLS, or not at all. */
type SmtpTls = 'implicit' | 'starttls' | 'off'

export interface SmtpServer {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string
  readonly port: number
  readonly tls: SmtpTls
  /** Null: the server takes mail without a login. */
  readonly login: { readonly user: string; readonly password: string } | null
  /** The URL as written: never shown. */
  readonly url: string
}

/** https://www.rfc-editor.org/rfc/rfc8314#section-3.3 */
const SUBMISSION_PORT = 587
const SUBMISSIONS_PORT = 465

/**
 * `smtps://user:password@host:465` has TLS at once; `smtp://user:password@host:587` must be offered STARTTLS, or nothing
 * is sent. Only a server on this machine may do without; `?tls=off` says so for another one, `?tls=starttls` asks for
 * TLS here too. No password leaves this machine in the clear. Throws a sentence that holds nothing of the URL.
 */
export function parseSmtpUrl(text: string, isLoopback: (host: string) => boolean): SmtpServer {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:')) throw notSmtp()
  if (!isHost(url.hostname) || !/^\/?$/.test(url.pathname) || url.hash !== '') throw notSmtp()
  const tls = tlsOf(url, isLoopback)
  const login = loginOf(url)
  if (login !== null && tls === 'off' && !isLoopback(url.hostname)) {
    throw new Error('a password would cross the network in the clear; use smtps://, or leave out ?tls=off')
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (tls === 'implicit' ? SUBMISSIONS_PORT : SUBMISSION_PORT),
    tls,
    login,
    url: text,
  }
}

/** The password in every form in which a server may repeat it, longest first. Shorter than four characters it is none. */
export function smtpSecrets(server: SmtpServer | null): string[] {
  if (server === null || server.login === null) return []
  const { url, login } = server
  const { user, password } = login
  const encoded = [password, `\0${user}\0${password}`].map((text) => Buffer.from(text).toString('base64'))
  const shown = [password, plainText(password, password.length), encodeURIComponent(password)]
  return [url, ...shown, ...encoded, ...encoded.map((text) => text.replace(/=+$/, ''))]
    .filter((secret) => secret.length >= 4)
    .sort((a, b) => b.length - a.length)
}

function isHost(text: string): boolean {
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text) || /^\[[0-9a-f:.]+\]$/i.test(text)
}

function tlsOf(url: URL, isLoopback: (host: string) => boolean): SmtpTls {
  const asked = url.searchParams.get('tls')
  const isKnown = asked === null ? url.search === '' : /^\?tls=(off|starttls)$/.test(url.search)
  if (!isKnown) throw new Error('the only option is ?tls=off or ?tls=starttls; remove the rest')
  if (url.protocol === 'smtps:') {
    if (asked !== null) throw new Error('smtps:// is always encrypted; remove ?tls=, or write smtp://')
    return 'implicit'
  }
  if (asked !== null) return asked === 'off' ? 'off' : 'starttls'
  return isLoopback(url.hostname) ? 'off' : 'starttls'
}

function loginOf(url: URL): SmtpServer['login'] {
  if (url.username === '' && url.password === '') return null
  const [user, password] = [url.username, url.password].map(decoded)
  if (!user || !password) {
    throw new Error('needs both a user and a password, or neither; write smtp://user:password@host')
  }
  return { user, password }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw notSmtp()
  }
}

function notSmtp(): Error {
  return new Error(
    'is not the URL of a mail server; write smtp://user:password@host:587 or smtps://user:password@host:465, with @ : / ? # and % in user and password as %40 %3A %2F %3F %23 and %25',
  )
}
