/** A router to be started whose every secret is a canary, and receivers that repeat what they are sent. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { trustedCertificate } from '../../src/stand-in/certificate.ts'
import { type SmtpStandIn, startSmtpStandIn } from '../../src/stand-in/smtp-stand-in.ts'
import { temporaryFolder } from '../db/temporary.ts'
import { canary } from './canary.ts'
import { type Parrot, startParrot } from './parrot.ts'

const documents = (pagerDuty: string): Readonly<Record<string, string>> => ({
  default: `
team: default
receivers: [{ name: operators, slack_configs: [{ api_url: 'env:DEFAULT_SLACK_URL' }] }]
route: { receiver: operators, group_wait: 0s }
heartbeats: [{ name: a, matchers: ['alertname="Watchdog"'], every: 1h, receiver: operators }]
`,
  alpha: `
team: alpha
receivers:
  - name: all
    slack_configs: [{ api_url: 'env:ALPHA_SLACK_URL' }]
    webhook_configs: [{ url: 'env:ALPHA_WEBHOOK_URL', secret: 'env:ALPHA_WEBHOOK_SECRET' }, { url: 'file:hook' }]
    pagerduty_configs: [{ routing_key: 'env:ALPHA_PAGERDUTY_KEY', url: '${pagerDuty}/v2/enqueue' }]
    email_configs: [{ to: 'oncall@example.com, second@example.com' }]
  - name: trouble
    slack_configs: [{ api_url: 'env:ALPHA_NOT_SLACK_URL' }]
    webhook_configs:
      - { url: 'env:ALPHA_UNSIGNED_URL', secret: 'env:ALPHA_BAD_SECRET' }
      - { url: 'env:ALPHA_REFUSED_URL' }
      - { url: 'env:ALPHA_INSIDE_URL' }
      - { url: 'env:ALPHA_NO_URL' }
      - { url: 'env:ALPHA_MISSING_URL' }
      - { url: 'env:ALPHA_RESET_URL' }
    pagerduty_configs: [{ routing_key: 'env:ALPHA_NOT_A_KEY' }]
route:
  receiver: all
  group_wait: 0s
  routes: [{ receiver: trouble, matchers: ['kind="trouble"'], group_wait: 0s }]
`,
  // Secrets where none belong: each document is refused.
  pasted: `
team: pasted
receivers: [{ name: x, slack_configs: [{ api_url: 'https://hooks.slack.com/services/T0/B0/${canary('pasted')}' }] }]
route: { receiver: x }
`,
  userinfo: `
team: userinfo
receivers: [{ name: x, webhook_configs: [{ url: 'https://bot:${canary('userinfo')}@hooks.example/x' }] }]
route: { receiver: x }
`,
  key: `
team: key
receivers: [{ name: x, pagerduty_configs: [{ routing_key: ${canary('key')} }] }]
route: { receiver: x }
`,
  secret: `
team: secret
receivers: [{ name: x, webhook_configs: [{ url: 'https://hooks.example/x', secret: ${canary('secret')} }] }]
route: { receiver: x }
`,
  foreign: `
team: foreign
receivers: [{ name: x, slack_configs: [{ api_url: 'env:ALPHA_SLACK_URL' }] }]
route: { receiver: x }
`,
  yaml: `
team: yaml
receivers: [{ name: x, slack_configs: [{ api_url: "https://hooks.slack.com/services/${canary('yaml')} }] }]
`,
})

export interface Scene {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly parrot: Parrot
  readonly pagerDuty: Parrot
  readonly mail: SmtpStandIn
}

const SMTP_PASSWORD = canary('smtp')

/** Closed with the test. */
export async function setUp(): Promise<Scene> {
  const folder = temporaryFolder()
  const parrot = await startParrot()
  const certificate = trustedCertificate()
  const pagerDuty = await startParrot(certificate)
  const mail = await startSmtpStandIn({ login: { user: 'router', password: SMTP_PASSWORD }, reply: refuseOnce() })
  onTestFinished(async () => {
    await Promise.all([parrot.close(), pagerDuty.close(), mail.close()])
  })
  mkdirSync(join(folder, 'teams'))
  for (const [team, text] of Object.entries(documents(pagerDuty.url))) {
    writeFileSync(join(folder, 'teams', `${team}.yml`), text)
  }
  mkdirSync(join(folder, 'secrets', 'alpha'), { recursive: true })
  writeFileSync(join(folder, 'secrets', 'alpha', 'hook'), `${parrot.url}/hook/${canary('file')}`)
  writeFileSync(join(folder, 'ca.pem'), certificate.cert)
  const am = new URL(parrot.url)
  const env = {
    LOG_LEVEL: 'debug',
    DATABASE_URL: `file:${join(folder, 'db', 'router.db')}`,
    TEAMS_DIR: join(folder, 'teams'),
    SECRETS_DIR: join(folder, 'secrets'),
    ALLOW_DESTINATIONS: [parrot, pagerDuty].map(({ url }) => new URL(url).host).join(','),
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    INGEST_TOKEN: canary('ingest'),
    INGEST_TOKEN_PREVIOUS: canary('previous'),
    READ_TOKEN: canary('read'),
    ADMIN_TOKEN: canary('admin'),
    SMTP_URL: `smtp://router:${SMTP_PASSWORD}@127.0.0.1:${mail.port}?tls=off`,
    SMTP_FROM: 'alerts@example.org',
    HEARTBEAT_URL: `${parrot.url}/ping/${canary('heartbeat')}`,
    HEARTBEAT_EVERY: '10s',
    ALERTMANAGER_URLS: `http://am:${canary('alertmanager')}@${am.host}`,
    DEFAULT_SLACK_URL: `${parrot.url}/services/T0/B0/${canary('operators')}`,
    ALPHA_SLACK_URL: `${parrot.url}/services/T0/B0/${canary('slack')}`,
    ALPHA_WEBHOOK_URL: `${parrot.url}/hook/${canary('path')}?key=${canary('query')}`,
    ALPHA_WEBHOOK_SECRET: `whsec_${Buffer.from(canary('signing')).toString('base64')}`,
    ALPHA_PAGERDUTY_KEY: canary('pagerduty'),
    ALPHA_NOT_SLACK_URL: `https://slack.example/services/${canary('notslack')}`,
    ALPHA_REFUSED_URL: `${parrot.url}/refused/${canary('refused')}`,
    ALPHA_UNSIGNED_URL: `${parrot.url}/unsigned/${canary('unsigned')}`,
    ALPHA_BAD_SECRET: `whsec_!${canary('badsecret')}`,
    ALPHA_INSIDE_URL: `https://169.254.169.254/${canary('inside')}?x=${canary('inside')}`,
    ALPHA_NO_URL: canary('nourl'),
    ALPHA_RESET_URL: `${parrot.url}/reset/${canary('reset')}`,
    ALPHA_NOT_A_KEY: `${canary('notakey')}-${canary('notakey')}`,
  }
  return { folder, env, parrot, pagerDuty, mail }
}

/** The first mail is refused for now, in words that repeat the login. */
function refuseOnce() {
  let refused = false
  return (stage: string) => {
    if (stage !== 'dot' || refused) return null
    refused = true
    return `451 4.3.0 try again, router ${SMTP_PASSWORD}`
  }
}

/** Of every canary that is set anywhere. */
export const names =
  'ingest previous read admin smtp heartbeat alertmanager operators slack path query signing pagerduty notslack refused unsigned badsecret inside nourl reset notakey file pasted userinfo key secret yaml'.split(
    ' ',
  )
