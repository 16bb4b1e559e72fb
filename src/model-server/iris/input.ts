/** The body of an iris request: four lengths in cm. */
import { InputError, readAmount, readObject } from '../input-error.ts'
import type { Input } from '../model.ts'
import { irisFeatures } from './flowers.ts'
import { toIrisInput } from './model.ts'

/** `{"features": [5.1, 3.5, 1.4, 0.2]}`. Throws an InputError for anything but four finite numbers from 0 up. */
export function readIrisInput(body: unknown): Input {
  const { features } = readObject(body, 'The body')
  if (features === undefined) throw new InputError('missing_values', `features is missing; ${wanted}`)
  if (!Array.isArray(features)) throw new InputError('malformed_body', `features is not a list; ${wanted}`)
  if (features.length !== irisFeatures.length) {
    throw new InputError('wrong_length', `features has ${features.length} values; ${wanted}`)
  }
  return toIrisInput(features.map((value, n) => readAmount(value, `features[${n}] (${irisFeatures[n]})`)))
}

const wanted = `send the four lengths ${irisFeatures.join(', ')} in cm.`
