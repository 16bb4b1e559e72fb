/** The iris classifier: softmax regression over four lengths. Accuracy on the 45 flowers held out: 0.956. */
import { type Example, split } from '../learning/example.ts'
import { trainSoftmaxRegression } from '../learning/softmax-regression.ts'
import type { Input, Model, TrainedModel } from '../model.ts'
import { seededRandom } from '../random.ts'
import { type Flower, irisClasses, irisFeatures, readFlowers } from './flowers.ts'

const SPLIT_SEED = 1936
const LEARN_SHARE = 0.7

/** Always the same model; takes some 10 ms. */
export function trainIris(): TrainedModel {
  const { learn, heldOut } = split(readFlowers(), LEARN_SHARE, seededRandom(SPLIT_SEED))
  const classify = trainSoftmaxRegression(learn.map(toExample), irisClasses.length, {
    rounds: 500,
    rate: 0.5,
    decay: 0.001,
  })
  const model: Model = {
    name: 'iris',
    version: 'v1',
    framework: 'softmax-regression',
    classes: irisClasses,
    trainedOn: learn.map(({ features }) => toIrisInput(features)),
    toRow: (input) => irisFeatures.map((name) => input[name] as number),
    classify,
  }
  return { model, heldOut: heldOut.map(toExample) }
}

/** Names the four lengths. */
export function toIrisInput(features: readonly number[]): Input {
  return Object.fromEntries(irisFeatures.map((name, n) => [name, features[n] as number]))
}

function toExample({ features, species }: Flower): Example {
  return { row: features, label: irisClasses.indexOf(species) }
}
