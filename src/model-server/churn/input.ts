/** The body of a churn request: one customer or a list of them. */
import { InputError, readAmount, readObject } from '../input-error.ts'
import type { Input } from '../model.ts'
import { choiceFields, numberFields } from './fields.ts'

/** One request may ask about this many; more are asked about in several requests. */
const MOST_CUSTOMERS = 1_000

/** Throws an InputError that names the first field, and of which customer, that cannot be used. Other keys are ignored. */
export function readCustomers(body: unknown): Input[] {
  if (!Array.isArray(body)) return [readCustomer(body, '')]
  if (body.length === 0) throw new InputError('wrong_length', 'The list holds no customer.')
  if (body.length > MOST_CUSTOMERS) {
    throw new InputError('wrong_length', `The list holds ${body.length} customers; send at most ${MOST_CUSTOMERS}.`)
  }
  return body.map((customer, n) => readCustomer(customer, `[${n}]`))
}

function readCustomer(value: unknown, which: string): Input {
  const customer = readObject(value, which === '' ? 'The body' : which)
  const field = (name: string) => (Object.hasOwn(customer, name) ? customer[name] : undefined)
  const place = (name: string) => (which === '' ? name : `${which}.${name}`)
  const amounts = Object.entries(numberFields).map(
    ([name, { most }]) => [name, readAmount(field(name), place(name), most)] as const,
  )
  const choices = Object.entries(choiceFields).map(
    ([name, known]) => [name, readChoice(field(name), place(name), known)] as const,
  )
  return Object.fromEntries<number | string>([...amounts, ...choices])
}

function readChoice(value: unknown, where: string, known: readonly (string | number)[]): string {
  if (value === undefined) throw new InputError('missing_values', `${where} is missing.`)
  const choice = known.find((one) => one === value)
  if (choice !== undefined) return String(choice)
  throw new InputError('unknown_category', `${where} is none of ${known.map((one) => JSON.stringify(one)).join(', ')}.`)
}
