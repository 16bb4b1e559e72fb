/** Checks of how containers are run: which image, with which rights and limits, in which order, and whether they are well. */
import { isOurs, type Service, type System } from './system.ts'

/** They write to their configuration folder when they start. */
const withWritableRoot = /^docker\.elastic\.co\/(elasticsearch|logstash|kibana)\//

/** What is wrong, a sentence each; each begins with the service. */
export function containmentProblems(system: System): readonly string[] {
  const { version } = JSON.parse(system.read('package.json')) as { version: string }
  const { services } = system.compose
  return Object.entries(services).flatMap(([name, service]) =>
    [
      ...imageProblems(service, version),
      ...rightsProblems(service),
      ...lifeProblems(service),
      ...dependencyProblems(name, services),
    ].map((problem) => `${name}: ${problem}`),
  )
}

function imageProblems(service: Service, version: string): string[] {
  const { image } = service
  if (isOurs(service)) return image.endsWith(`:${version}`) ? [] : [`${image} is not the version of package.json`]
  return /^[a-z0-9./-]+:v?\d+\.\d+\.\d+$/.test(image) ? [] : [`${image} is not pinned to one version`]
}

function rightsProblems(service: Service): string[] {
  const problems = []
  if (service.read_only !== true && !withWritableRoot.test(service.image)) problems.push('can write to its root')
  if (service.cap_drop?.includes('ALL') !== true) problems.push('keeps capabilities')
  if (service.security_opt?.includes('no-new-privileges:true') !== true) problems.push('can gain privileges')
  if (service.mem_limit === undefined) problems.push('has no limit of memory')
  if (service.pids_limit === undefined) problems.push('has no limit of processes')
  for (const port of service.ports ?? []) {
    if (!port.startsWith('127.0.0.1:')) problems.push(`publishes ${port} beyond this machine`)
  }
  return problems
}

function lifeProblems({ healthcheck, restart, profiles }: Service): string[] {
  const problems = []
  if (restart === undefined) problems.push('has no restart policy')
  const isTool = profiles?.includes('tools') === true
  if (healthcheck?.test === undefined && !(isTool && healthcheck?.disable === true))
    problems.push('has no health check')
  if (healthcheck?.test !== undefined && healthcheck.test[0] !== 'CMD')
    problems.push('needs a shell to be asked for its health')
  return problems
}

function dependencyProblems(name: string, services: System['compose']['services']): string[] {
  const direct = Object.entries(services[name]?.depends_on ?? {})
  const problems = direct.flatMap(([other, { condition }]) => {
    const target = services[other]
    if (target === undefined) return [`waits for ${other}, which is no service`]
    if (condition !== 'service_healthy') return [`waits for ${other} to be started, not healthy`]
    const available = (target.profiles ?? []).every((profile) => services[name]?.profiles?.includes(profile))
    return available ? [] : [`waits for ${other}, which another profile starts`]
  })
  const waitsForItself = reachable(name, services).has(name)
  return waitsForItself ? [...problems, 'waits for itself, over others'] : problems
}

function reachable(name: string, services: System['compose']['services'], seen = new Set<string>()): Set<string> {
  for (const other of Object.keys(services[name]?.depends_on ?? {})) {
    if (seen.has(other)) continue
    seen.add(other)
    reachable(other, services, seen)
  }
  return seen
}
