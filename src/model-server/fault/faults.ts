/** What can be made to go wrong on purpose, how much of it, and for how long at most. */

export const serverNames = ['iris', 'churn'] as const
export type ServerName = (typeof serverNames)[number]

/** `amount` says in words what the number means; `usual` is taken when a request names none, `most` is refused beyond. */
export interface Fault {
  /** Whether it can be limited to one model, or is the server's as a whole. */
  readonly of: 'model' | 'server'
  readonly does: string
  readonly amount: string
  readonly usual: number
  readonly most: number
  readonly servers: readonly ServerName[]
}

const both = serverNames

export const faults = {
  accuracy: {
    of: 'model',
    does: 'answers a wrong class with unchanged confidence',
    amount: 'share of the predictions',
    usual: 0.5,
    most: 1,
    servers: both,
  },
  confidence: {
    of: 'model',
    does: 'moves the probabilities towards each other; the prediction stays',
    amount: 'share of the way to equal probabilities',
    usual: 0.7,
    most: 1,
    servers: both,
  },
  'class-mix': {
    of: 'model',
    does: 'answers the first class whatever came',
    amount: 'share of the predictions',
    usual: 0.5,
    most: 1,
    servers: both,
  },
  'feature-drift': {
    of: 'model',
    does: 'adds to every number that comes in, before the model sees it',
    amount: 'standard deviations of the training set',
    usual: 1,
    most: 10,
    servers: both,
  },
  'invalid-features': {
    of: 'model',
    does: 'treats good input as if a number in it were none: 400',
    amount: 'share of the requests',
    usual: 0.3,
    most: 1,
    servers: both,
  },
  errors: { of: 'model', does: 'fails with 500', amount: 'share of the requests', usual: 0.3, most: 1, servers: both },
  latency: {
    of: 'model',
    does: 'waits before each prediction',
    amount: 'seconds',
    usual: 0.7,
    most: 10,
    servers: both,
  },
  stalls: {
    of: 'model',
    does: 'waits for 0.8 s before some predictions',
    amount: 'share of the predictions',
    usual: 0.22,
    most: 1,
    servers: both,
  },
  unload: { of: 'model', does: 'takes the model away: 503', amount: 'always 1', usual: 1, most: 1, servers: ['churn'] },
  silence: {
    of: 'server',
    does: 'closes every connection unanswered, except those to /control',
    amount: 'always 1',
    usual: 1,
    most: 1,
    servers: both,
  },
  cpu: {
    of: 'server',
    does: 'keeps processors busy',
    amount: 'share of the processors',
    usual: 1,
    most: 1,
    servers: both,
  },
  memory: {
    of: 'server',
    does: 'fills memory, by 1 GiB at most',
    amount: 'share of process_memory_limit_bytes that the process then has',
    usual: 0.93,
    most: 0.95,
    servers: both,
  },
} as const satisfies Readonly<Record<string, Fault>>

export type FaultName = keyof typeof faults

/** By itself every fault ends after USUAL_SECONDS, or what the request says, up to MOST_SECONDS. */
export const USUAL_SECONDS = 300
export const MOST_SECONDS = 3_600
