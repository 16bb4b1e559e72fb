/**
 * Two generations of the churn classifier, learned from 3,000 invented customers. Accuracy on the 1,000 held out: v1 0.908,
 * v2 0.952.
 */
import { type Example, split } from '../learning/example.ts'
import { growForest } from '../learning/forest.ts'
import { trainSoftmaxRegression } from '../learning/softmax-regression.ts'
import type { Input, Model, TrainedModel } from '../model.ts'
import { seededRandom } from '../random.ts'
import { inventCustomers, type KnownCustomer } from './customers.ts'
import { type Customer, choiceFields, churnClasses, numberFields } from './fields.ts'

const CUSTOMERS = 4_000
const CUSTOMERS_SEED = 1
const SPLIT_SEED = 2
const FOREST_SEED = 3
const LEARN_SHARE = 0.75

/** Always the same two models, v1 first; takes about half a second. */
export function trainChurn(): readonly [TrainedModel, TrainedModel] {
  const customers = inventCustomers(CUSTOMERS, seededRandom(CUSTOMERS_SEED))
  const { learn, heldOut } = split(customers, LEARN_SHARE, seededRandom(SPLIT_SEED))
  const trained = (version: string, framework: string, toRow: Model['toRow'], train: Train): TrainedModel => {
    const toExample = ({ customer, churned }: KnownCustomer) => ({
      row: toRow(toInput(customer)),
      label: churned ? 1 : 0,
    })
    const model = {
      name: `churn-${version}`,
      version,
      framework,
      classes: churnClasses,
      trainedOn: learn.map(({ customer }) => toInput(customer)),
      toRow,
      classify: train(learn.map(toExample)),
    }
    return { model, heldOut: heldOut.map(toExample) }
  }
  return [trained('v1', 'softmax-regression', rowOfFew, trainV1), trained('v2', 'random-forest', rowOfAll, trainV2)]
}

/** Choices become text, also the one that is written 0 or 1: it is no amount. */
function toInput(customer: Customer): Input {
  return { ...customer, SeniorCitizen: String(customer.SeniorCitizen) }
}

type Train = (examples: readonly Example[]) => Model['classify']

const trainV1: Train = (examples) =>
  trainSoftmaxRegression(examples, churnClasses.length, { rounds: 200, rate: 0.5, decay: 0.001 })

const trainV2: Train = (examples) => {
  const growth = { trees: 15, depth: 8, smallestLeaf: 3, columnsPerSplit: 14 }
  return growForest(examples, churnClasses.length, growth, seededRandom(FOREST_SEED))
}

/** v1 looks at what its makers thought of first, each by itself. */
function rowOfFew(input: Input): number[] {
  return [input.tenure as number, ...oneHot(input, 'Contract'), ...oneHot(input, 'InternetService')]
}

/** v2 looks at everything, and its trees see what counts only together. */
function rowOfAll(input: Input): number[] {
  const amounts = Object.keys(numberFields).map((field) => input[field] as number)
  return [...amounts, ...choiceNames.flatMap((field) => oneHot(input, field))]
}

const choiceNames = Object.keys(choiceFields) as (keyof typeof choiceFields)[]

/** 1 for the choice that was made, 0 for the others. */
function oneHot(input: Input, field: keyof typeof choiceFields): number[] {
  return choiceFields[field].map((choice) => (input[field] === String(choice) ? 1 : 0))
}
