/** A request that is refused for who sends it, with the reason that is counted. */
import { ApiError } from '../errors.ts'
import type { TokenFlaw } from './tokens.ts'

/** `verb`, `teams`: the token is good, but not for this; `origin`: the page of a stranger may have sent it. */
export type Refusal = 'missing' | 'malformed' | TokenFlaw | 'verb' | 'teams' | 'origin'

/** `unauthorized` asks for another token; `forbidden` and `unsupported` are final. */
export class RefusedError extends ApiError {
  readonly reason: Refusal

  constructor(reason: Refusal, code: 'unauthorized' | 'forbidden' | 'unsupported', message: string) {
    super(code, message)
    this.reason = reason
  }
}
