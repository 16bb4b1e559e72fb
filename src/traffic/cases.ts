/** What is asked of the model servers, with the truth that only the asker knows: real irises, invented customers. */
import { inventCustomers } from '../model-server/churn/customers.ts'
import type { ServerName } from '../model-server/fault/faults.ts'
import { readFlowers } from '../model-server/iris/flowers.ts'
import { type Random, wholeNumber } from '../model-server/random.ts'

/** One prediction request, and the label to send as feedback. */
export interface Case {
  readonly path: string
  readonly body: unknown
  readonly label: string
}

/** Enough that the mix of customers does not change from one minute to the next. */
const CUSTOMERS = 4_000

/** Endless, in random order. Customers are spread evenly over both versions of the churn model. */
export function casesOf(server: ServerName, random: Random): () => Case {
  const cases = server === 'iris' ? irises() : customers(random)
  return () => cases[wholeNumber(random, cases.length)] as Case
}

function irises(): Case[] {
  return readFlowers().map(({ features, species }) => ({ path: '/predict', body: { features }, label: species }))
}

function customers(random: Random): Case[] {
  return inventCustomers(CUSTOMERS, random).flatMap(({ customer, churned }) => {
    const label = churned ? 'churn' : 'stay'
    return ['/v1/predict', '/v2/predict'].map((path) => ({ path, body: customer, label }))
  })
}
