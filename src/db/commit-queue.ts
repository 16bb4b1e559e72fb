/** Lets everybody who wants to write in one turn of the event loop share one durable commit. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { ApiError } from '../errors.ts'
import type { Outcome, SharedTransaction, Work } from './shared-transaction.ts'
import type { SqliteTx } from './sqlite-tx.ts'
import { isFatal, troubleCode, unavailable } from './trouble.ts'

/** A shared commit takes no more works once it has this much weight: 2,000 alerts are about 20 ms. */
const WEIGHT_PER_COMMIT = 2_000

interface Job {
  readonly work: Work
  readonly weight: number
  readonly since: number
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}
