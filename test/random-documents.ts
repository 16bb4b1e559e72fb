/** The documents that random stories change between: small steps from the first, each of another kind. */

function defaultTeam(routes: string): string {
  return `
team: default
receivers:
  - name: both
    fallback: duty
    slack_configs: [{ api_url: env:DEFAULT_SLACK_URL }]
    webhook_configs: [{ url: 'https://both.test/' }]
  - name: chat
    slack_configs: [{ api_url: env:DEFAULT_CHAT_URL }]
  - name: phone
    webhook_configs: [{ url: 'https://phone.test/', send_resolved: true }]
  - name: duty
    webhook_configs: [{ url: 'https://duty.test/' }]
route:
  receiver: both
  group_by: [alertname]
  routes:
${routes}`
}

function webTeam(room: string, groupBy: string): string {
  return `
team: web
owns: ['service="web"']
receivers:
  - name: room
    fallback: backup
    slack_configs: [{ api_url: env:${room} }]
  - name: hook
    webhook_configs: [{ url: 'https://hook.test/' }]
  - name: backup
    webhook_configs: [{ url: 'https://backup.test/' }]
route:
  receiver: room
  group_by: ${groupBy}
  routes:
    - { name: page, matchers: ['severity="page"'], receiver: hook, group_wait: 0s, continue: true }
    - { name: all, receiver: room, matchers: ['severity=~".+"'], flush_now: ['severity="page"'] }
`
}

const page = `matchers: ['severity="page"'], group_wait: 0s, continue: true`
const rest = `matchers: ['service=~".+"']`

/** Documents of all teams, each a small step from the first: another receiver, other keys, no route, no team, other matchers. */
export const versions: readonly Readonly<Record<string, string>>[] = [
  {
    default: defaultTeam(
      `    - { name: page, receiver: chat, ${page} }\n    - { name: rest, receiver: both, ${rest} }`,
    ),
    web: webTeam('WEB_ROOM_URL', '[alertname]'),
  },
  {
    default: defaultTeam(
      `    - { name: page, receiver: phone, ${page} }\n    - { name: rest, receiver: both, ${rest} }`,
    ),
    web: webTeam('WEB_OTHER_URL', '[alertname]'),
  },
  {
    default: defaultTeam(
      `    - { name: urgent, receiver: chat, ${page} }\n    - { name: rest, receiver: both, group_by: [service], ${rest} }`,
    ),
    web: webTeam('WEB_ROOM_URL', '[alertname, severity]'),
  },
  { default: defaultTeam(`    - { name: rest, receiver: both, ${rest} }`) },
  {
    default: defaultTeam(`    - { name: page, receiver: chat, matchers: ['severity="info"'], continue: true }`),
    web: webTeam('WEB_ROOM_URL', '[alertname]'),
  },
]
