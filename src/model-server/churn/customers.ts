/**
 * Invented customers with a known reason to leave. Who they are follows the shape of a telephone company's books: over
 * half pay month by month and those are the newest, fibre costs most, extras are bought by those who have internet.
 * Whether they leave is drawn from `churnLogit`, which has what a real company would find: contract, tenure, price,
 * missing support, the way of payment, and that some of these count only together.
 */
import { type Random, wholeNumber } from '../random.ts'
import type { Customer } from './fields.ts'

export interface KnownCustomer {
  readonly customer: Customer
  readonly churned: boolean
}

/** `count` customers; the same random numbers give the same customers. */
export function inventCustomers(count: number, random: Random): KnownCustomer[] {
  return Array.from({ length: count }, () => {
    const customer = inventCustomer(random)
    return { customer, churned: random() < 1 / (1 + Math.exp(-churnLogit(customer))) }
  })
}

function inventCustomer(random: Random): Customer {
  const yes = (share: number) => (random() < share ? 'Yes' : 'No')
  const Contract = pick(random, [
    ['Month-to-month', 0.55],
    ['One year', 0.21],
    ['Two year', 0.24],
  ] as const)
  const InternetService = pick(random, [
    ['Fiber optic', 0.44],
    ['DSL', 0.35],
    ['No', 0.21],
  ] as const)
  const extra = (share: number) => (InternetService === 'No' ? 'No internet service' : yes(share))
  const Partner = yes(0.48)
  const PhoneService = yes(0.9)
  const services = {
    InternetService,
    PhoneService,
    MultipleLines: PhoneService === 'No' ? 'No phone service' : yes(0.46),
    OnlineSecurity: extra(0.37),
    OnlineBackup: extra(0.44),
    DeviceProtection: extra(0.44),
    TechSupport: extra(0.37),
    StreamingTV: extra(0.5),
    StreamingMovies: extra(0.5),
  } as const
  const tenure = inventTenure(Contract, random)
  const MonthlyCharges = cents(price(services) + 4 * (random() - 0.5))
  return {
    tenure,
    MonthlyCharges,
    TotalCharges: cents(tenure * MonthlyCharges * (0.95 + 0.1 * random())),
    Contract,
    PaymentMethod: pick(random, [
      ['Electronic check', 0.34],
      ['Mailed check', 0.23],
      ['Bank transfer (automatic)', 0.22],
      ['Credit card (automatic)', 0.21],
    ] as const),
    gender: random() < 0.5 ? 'Female' : 'Male',
    SeniorCitizen: random() < 0.16 ? 1 : 0,
    Partner,
    Dependents: yes(Partner === 'Yes' ? 0.5 : 0.1),
    PaperlessBilling: yes(0.59),
    ...services,
  }
}

/** In months: whoever may leave at any time has mostly come lately. */
function inventTenure(contract: Customer['Contract'], random: Random): number {
  if (contract === 'Month-to-month') return 1 + Math.floor(60 * random() ** 1.7)
  return contract === 'One year' ? 12 + wholeNumber(random, 56) : 24 + wholeNumber(random, 49)
}

type Services = Pick<
  Customer,
  | 'InternetService'
  | 'PhoneService'
  | 'MultipleLines'
  | 'OnlineSecurity'
  | 'OnlineBackup'
  | 'DeviceProtection'
  | 'TechSupport'
  | 'StreamingTV'
  | 'StreamingMovies'
>

const internetPrice = { DSL: 25, 'Fiber optic': 50, No: 0 } as const

/** A month's list price. */
function price(of: Services): number {
  const small = [of.MultipleLines, of.OnlineSecurity, of.OnlineBackup, of.DeviceProtection, of.TechSupport]
  const large = [of.StreamingTV, of.StreamingMovies]
  return 20 + internetPrice[of.InternetService] + 5 * small.filter(isYes).length + 10 * large.filter(isYes).length
}

/** The truth that models have to find: the log odds that this customer leaves. Steep, so that few leave by mere chance. */
function churnLogit(of: Customer): number {
  const free = of.Contract === 'Month-to-month'
  const alone = of.InternetService !== 'No' && of.OnlineSecurity === 'No' && of.TechSupport === 'No'
  let logit = -6
  if (free) logit += 4
  if (of.Contract === 'Two year') logit -= 2
  if (free && of.tenure <= 18) logit += 4
  if (of.tenure > 36) logit -= 3
  if (free && alone) logit += 3
  if (of.InternetService === 'Fiber optic') logit += 2
  if (of.InternetService === 'No') logit -= 2
  if (of.PaymentMethod === 'Electronic check') logit += 1
  if (of.SeniorCitizen === 1) logit += 1
  if (of.Dependents === 'Yes') logit -= 1
  return 2 * logit
}

const isYes = (value: string) => value === 'Yes'
const cents = (amount: number) => Math.round(amount * 100) / 100

/** Draws by shares, which add up to 1. */
function pick<T>(random: Random, shares: readonly (readonly [T, number])[]): T {
  let left = random()
  for (const [item, share] of shares) {
    left -= share
    if (left < 0) return item
  }
  return (shares.at(-1) as readonly [T, number])[0]
}
