/** The training job: `npm run train`, or `npm run train -- iris|churn`. */
import { serverNames } from '../fault/faults.ts'
import { PushError, pushResults } from './push.ts'
import { runTraining } from './training.ts'

const [asked, ...more] = process.argv.slice(2)
const chosen = asked === undefined ? serverNames : serverNames.filter((name) => name === asked)
const gateway = process.env.PUSHGATEWAY_URL || 'http://127.0.0.1:9091'

if (chosen.length === 0 || more.length > 0) {
  fail(`Name what to train, or nothing for all: npm run train -- ${serverNames.join('|')}`)
} else if (!/^https?:$/.test(URL.parse(gateway)?.protocol ?? '')) {
  fail(`PUSHGATEWAY_URL: ${JSON.stringify(gateway)} is no http or https address.`)
} else {
  try {
    for (const server of chosen) await train(server)
  } catch (error) {
    if (!(error instanceof PushError)) throw error
    fail(error.message)
  }
}

async function train(server: (typeof serverNames)[number]): Promise<void> {
  const results = runTraining(server, Date.now)
  for (const { model, accuracy, durationSeconds } of results) {
    process.stdout.write(`${model}: accuracy ${accuracy.toFixed(3)}, trained in ${durationSeconds.toFixed(2)} s\n`)
  }
  await pushResults(results, gateway)
  process.stdout.write(`Pushed to ${gateway}, job "training".\n`)
}

function fail(sentence: string): void {
  process.stderr.write(`The training job failed. ${sentence}\n`)
  process.exitCode = 1
}
