/** Self-signed certificates made on the spot: for servers that must not be trusted, and for stand-ins that must be. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { Certificate } from './stand-in.ts'

let trusted: Certificate | undefined

/** A certificate that this thread trusts like those of the public authorities; a child process does not. */
export function trustedCertificate(): Certificate {
  if (trusted === undefined) {
    trusted = selfSigned()
    setDefaultCACertificates([...getCACertificates('default'), trusted.cert])
  }
  return trusted
}

/** PEM texts of a P-256 key and a certificate for `localhost` and 127.0.0.1 that nobody vouches for. */
export function selfSigned(): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsaWithSha256 = der(0x30, der(0x06, Buffer.from('2a8648ce3d040302', 'hex')))
  const name = der(
    0x30,
    der(0x31, der(0x30, der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from('localhost')))),
  )
  const validity = der(0x30, der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('490101000000Z')))
  const subjectKey = publicKey.export({ type: 'spki', format: 'der' })
  const hosts = der(0x30, der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])))
  const alternativeNames = der(0x30, der(0x06, Buffer.from('551d11', 'hex')), der(0x04, hosts))
  const version3 = der(0xa0, der(0x02, Buffer.from([2])))
  const serial = der(0x02, Buffer.from([1]))
  const extensions = der(0xa3, der(0x30, alternativeNames))
  const body = der(0x30, version3, serial, ecdsaWithSha256, name, validity, name, subjectKey, extensions)
  const signature = sign('sha256', body, privateKey)
  const cert = der(0x30, body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature))
  const lines = cert.toString('base64').replace(/.{64}/g, '$&\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}

/** One element of ASN.1's distinguished encoding: tag, length, contents. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const contents = Buffer.concat(parts)
  const size = contents.length
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), contents])
}
