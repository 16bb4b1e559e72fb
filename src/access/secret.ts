/** The text of a token made at run time: `ar_<id>_<43 random characters>`. Pure: the random bytes are passed in. */
import { hash } from 'node:crypto'

/** Random bytes of a token: too many to guess, so a plain fast hash is all that has to be kept of them. */
export const SECRET_BYTES = 32

/** What a presented secret says: which token it claims to be, and the hash of what would prove it. */
export interface PresentedSecret {
  readonly id: number
  readonly digest: Buffer
}

export function secretText(id: number, random: Buffer): string {
  return `ar_${id}_${random.toString('base64url')}`
}

/** Null if the text is no secret of a token made at run time. */
export function parseSecret(text: string): PresentedSecret | null {
  const [, id, random] = /^ar_([1-9]\d{0,14})_([\w-]{43})$/.exec(text) ?? []
  return id === undefined || random === undefined ? null : { id: Number(id), digest: sha256(random) }
}

/** What is kept of the random part, as hex. */
export function secretHash(random: Buffer): string {
  return sha256(random.toString('base64url')).toString('hex')
}

export function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
