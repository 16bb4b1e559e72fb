/** Leaves the results of a training run at the Pushgateway: the run is over before anybody could scrape it. */
import { Gauge, Pushgateway, Registry } from '@prometheus-io/client'
import type { TrainingResult } from './training.ts'

const answerWithinMs = 5_000

/** The results did not reach the Pushgateway; the message is for the operator. */
export class PushError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'PushError'
  }
}

/**
 * Each model is a group of its own (`job="training"`, `model_name`), which this replaces; the groups of other models stay.
 * `url` is the gateway's, such as `http://127.0.0.1:9091`. Throws a PushError.
 */
export async function pushResults(results: readonly TrainingResult[], url: string): Promise<void> {
  for (const result of results) {
    const gateway = new Pushgateway(url, { timeout: answerWithinMs }, metricsOf(result))
    try {
      await gateway.push({ jobName: 'training', groupings: { model_name: result.model } })
    } catch (cause) {
      const hint = 'Start it (npm run stack does), or set PUSHGATEWAY_URL to where it is.'
      throw new PushError(`The Pushgateway at ${url} did not take the results: ${wordsOf(cause)}. ${hint}`, { cause })
    }
  }
}

function metricsOf({ accuracy, durationSeconds, finishedAt }: TrainingResult): Registry {
  const registry = new Registry()
  const set = (name: string, help: string, value: number) => new Gauge({ name, help, registers: [registry] }).set(value)
  set('model_training_accuracy', 'Share of right answers on examples held out of the training.', accuracy)
  set('model_training_duration_seconds', 'How long the last successful training took.', durationSeconds)
  set('model_training_last_success_timestamp_seconds', 'When the last successful training ended.', finishedAt / 1_000)
  return registry
}

/** Node reports a host with two addresses, such as localhost, by an error that has no words of its own. */
function wordsOf(error: unknown): string {
  const [first] = error instanceof AggregateError ? error.errors : [error]
  return first instanceof Error ? first.message.trim() : String(first)
}
