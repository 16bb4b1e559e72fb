/** The first screen of the stack: what runs where, and what to do next. */
import type { Terminal } from '../terminal/terminal.ts'
import type { Running } from './running.ts'

export interface Started {
  readonly running: Running
  readonly folder: string
  /** The description for other commands. */
  readonly file: string
  /** Whether the folder stays. */
  readonly kept: boolean
  readonly realSlack: boolean
}

export function showWhatRuns(terminal: Terminal, { running, folder, file, kept, realSlack }: Started): void {
  const { urls, speed } = running
  const line = (name: string, text: string) => terminal.item(`  ${name.padEnd(17)}`, text)
  terminal.say('alert-router and what it watches over, on this machine', 'bold')
  line('Model server', `${urls.modelServer}   /predict (iris), /control`)
  line('ML API', `${urls.mlApi}   /v1/predict, /v2/predict (churn)`)
  line('Prometheus', `${urls.prometheus}/alerts`)
  line('Alertmanager', urls.alertmanager)
  line('Router', `${urls.router}   /api/v1/alerts, /openapi.json`)
  line('Node exporter', `${urls.nodeExporter}/metrics`)
  line('Pushgateway', `${urls.pushgateway}   what the training job left`)
  line('Slack', realSlack ? 'your own, SLACK_WEBHOOK_URL: the messages of all teams' : 'played here')
  line('PagerDuty, mail', 'played here; nothing leaves this machine')
  line('Tokens', `${file}, readable by you only`)
  line('Files', `${folder}, with logs/${kept ? '' : '; deleted at the end'}`)
  line('Time', timeText(speed))
}

export function showNext(terminal: Terminal): void {
  const line = (command: string, text: string) => terminal.item(`  ${command.padEnd(39)}`, text)
  terminal.say()
  terminal.say('In another terminal', 'bold')
  line('npm run traffic', 'predictions; without them the throughput alerts fire')
  line('npm run trigger -- ModelAccuracyDrop', 'makes any alert fire, and end again')
  line('npm run health-report', 'how it is all doing')
  terminal.say()
  terminal.say('Ctrl-C ends everything. Messages come here as people get them:', 'gray')
}

function timeText(speed: number): string {
  if (speed === 1) return 'as shipped: most alerts wait for 1 to 5 minutes (--speed 300 makes that 5 s)'
  return `${speed} times as fast: every duration of the rules is divided by ${speed}, none is below 5 s`
}
