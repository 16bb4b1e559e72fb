/** Checks that whoever is spoken to by name is a service, in the same network, and listens on that port. */
import { serverNames } from '../../src/model-server/fault/faults.ts'
import { readSettings } from '../../src/model-server/settings.ts'
import { hostOf, programOf, type Service, type System, textsOf } from './system.ts'

/** Where the programs of others listen unless told otherwise. */
const usualPorts: Readonly<Record<string, readonly number[]>> = {
  'prom/prometheus': [9090],
  'prom/alertmanager': [9093],
  'prom/node-exporter': [9100],
  'prom/pushgateway': [9091],
  'grafana/grafana': [3000],
  'axllent/mailpit': [1025, 8025],
  'docker.elastic.co/elasticsearch/elasticsearch': [9200],
  'docker.elastic.co/kibana/kibana': [5601],
  'docker.elastic.co/beats/filebeat': [],
}

/** What is wrong, a sentence each. */
export function addressProblems(system: System): readonly string[] {
  return Object.entries(system.compose.services).flatMap(([name, service]) =>
    [
      ...spokenTo(system, service).flatMap(({ from, host, port }) => {
        const problem = problemWith(system, name, host, port)
        return problem === null ? [] : [`${from} names ${host}:${port}, ${problem}`]
      }),
      ...healthProblems(system, service),
      ...(service.ports ?? [])
        .filter((text) => !listensOn(system, service).includes(containerPort(text)))
        .map((text) => `publishes ${text}, where nothing listens`),
    ].map((problem) => `${name}: ${problem}`),
  )
}

function spokenTo(system: System, service: Service) {
  const pattern = /(?<=^|[/@=,\s"'])([a-z][a-z0-9.-]*|127\.0\.0\.1):(\d{2,5})(?=$|[/?,\s"'])/g
  return textsOf(system, service).flatMap(({ from, text }) =>
    [...text.matchAll(pattern)].map(([, host = '', port]) => ({ from, host, port: Number(port) })),
  )
}

/** `localhost` is the machine of whoever looks at a page; 127.0.0.1 is the container itself and what shares its network. */
function problemWith(system: System, speaker: string, host: string, port: number): string | null {
  const services = Object.entries(system.compose.services)
  const speaking = system.compose.services[speaker]
  if (host === 'localhost') {
    const published = services.flatMap(([, { ports = [] }]) => ports.map(hostPort))
    return published.includes(port) ? null : 'which is not published'
  }
  const beside = services.filter(([name, service]) => hostOf(name, service) === hostOf(speaker, speaking ?? service))
  const spoken = host === '127.0.0.1' ? beside : services.filter(([name]) => name === host)
  if (spoken.length === 0) return 'which is no service'
  if (!spoken.some(([, service]) => listensOn(system, service).includes(port))) return 'where nothing listens'
  return meet(system, speaker, host) ? null : 'which is in another network'
}

function meet(system: System, speaker: string, host: string): boolean {
  if (host === '127.0.0.1') return true
  const networks = (name: string) => {
    const service = system.compose.services[name]
    const owner = service && system.compose.services[hostOf(name, service)]
    return owner?.networks ?? ['default']
  }
  return networks(host).some((network) => networks(speaker).includes(network))
}

function healthProblems(system: System, service: Service): string[] {
  const [, port] = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(service.healthcheck?.test?.join(' ') ?? '') ?? []
  if (port === undefined || listensOn(system, service).includes(Number(port))) return []
  return [`is asked for its health on ${port}, where nothing listens`]
}

function listensOn(system: System, service: Service): readonly number[] {
  const [program = '', ...args] = programOf(service)
  const image = service.image.replace(/:[^:]*$/, '')
  if (image === 'docker.elastic.co/logstash/logstash') {
    const inputs = system.read('logging/pipeline/logs.conf').matchAll(/port => (\d+)/g)
    return [9600, ...[...inputs].map(([, port]) => Number(port))]
  }
  if (image !== 'alert-router') return usualPorts[image] ?? []
  if (program === 'src/main.ts') return [8080]
  if (program === 'src/trigger/main.ts') return [Number(URL.parse(service.environment?.DRILL_URL ?? '')?.port)]
  if (program === 'src/model-server/main.ts') return serverNames.filter((name) => name === args[0]).map(usualPort)
  return []
}

function usualPort(server: string): number {
  return readSettings([server], {}).port
}

/** `127.0.0.1:8080:8080`, or `127.0.0.1:${NAME:-5000}:5000`. */
function hostPort(text: string): number {
  return Number(/:(?:\$\{\w+:-)?(\d+)\}?:\d+$/.exec(text)?.[1])
}

function containerPort(text: string): number {
  return Number(/\d+$/.exec(text)?.[0])
}
