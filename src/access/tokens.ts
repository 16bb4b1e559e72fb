/** Who a token stands for, found without telling an attacker by timing how close a guess was. */
import { hash, timingSafeEqual } from 'node:crypto'
import type { TokenSecrets } from './token-secrets.ts'

/** What a token allows. `edit` is for what belongs to one team, and no route asks for it yet; `admin` for all teams. */
export type Verb = 'ingest' | 'read' | 'edit' | 'admin'

/** Who sends a request. For ingest, `name` is the source of the alerts. */
export interface Caller {
  readonly name: string
  readonly verbs: readonly Verb[]
}

export interface Token extends Caller {
  readonly secret: string
}

/** The tokens in force. Secrets are kept as SHA-256 only: they are long and random, so a slow hash adds nothing. */
export class Tokens {
  private readonly known: readonly { readonly digest: Buffer; readonly caller: Caller }[]

  constructor(tokens: readonly Token[]) {
    this.known = tokens.map(({ secret, name, verbs }) => ({ digest: sha256(secret), caller: { name, verbs } }))
  }

  /** The caller behind a presented secret, or null. Compares with every token, whichever matches. */
  find(presented: string): Caller | null {
    const digest = sha256(presented)
    let found: Caller | null = null
    for (const token of this.known) if (timingSafeEqual(token.digest, digest)) found = token.caller
    return found
  }

  /** Whether any token allows this verb; if none does, only tokenless callers on this machine may use it. */
  anyAllows(verb: Verb): boolean {
    return this.known.some(({ caller }) => caller.verbs.includes(verb))
  }
}

/** The tokens of the environment. The ingest token's source is `default`, before and after a rotation. */
export function environmentTokens(secrets: TokenSecrets): Tokens {
  const tokens: { secret: string | null; name: string; verbs: Verb[] }[] = [
    { secret: secrets.ingest, name: DEFAULT_SOURCE, verbs: ['ingest'] },
    { secret: secrets.ingestPrevious, name: DEFAULT_SOURCE, verbs: ['ingest'] },
    { secret: secrets.read, name: 'read', verbs: ['read'] },
    { secret: secrets.admin, name: 'admin', verbs: ['read', 'edit', 'admin'] },
  ]
  return new Tokens(tokens.flatMap(({ secret, ...caller }) => (secret === null ? [] : [{ ...caller, secret }])))
}

/** The source of alerts that come by the environment's ingest token, or without any token on loopback. */
export const DEFAULT_SOURCE = 'default'

function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
