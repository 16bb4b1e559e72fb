/** Checks of what containers find inside: mounted files and volumes, secrets, and no secret anywhere else. */
import { parse } from 'yaml'
import { inRepository, mountsOf, type Service, type System, textsOf } from './system.ts'

/** `madeSecrets`: what `sh secrets.sh` makes, relative to secrets/. What is wrong, a sentence each. */
export function mountProblems(system: System, madeSecrets: readonly string[]): readonly string[] {
  const { services, secrets, volumes } = system.compose
  const inServices = Object.entries(services).flatMap(([name, service]) =>
    [
      ...volumeProblems(system, service),
      ...pathProblems(system, service),
      ...secretProblems(system, service),
      ...literalProblems(service),
    ].map((problem) => `${name}: ${problem}`),
  )
  const named = Object.values(secrets).map(({ file }) => file)
  const made = madeSecrets.map((file) => `secrets/${file}`)
  const used = new Set(Object.values(services).flatMap((service) => mountsOf(service).map(({ source }) => source)))
  return [
    ...inServices,
    ...named.filter((file) => !made.includes(file)).map((file) => `${file} is not made by secrets.sh`),
    ...made.filter((file) => !named.includes(file)).map((file) => `${file} is made by secrets.sh and used by nobody`),
    ...Object.keys(volumes).flatMap((volume) => (used.has(volume) ? [] : [`the volume ${volume} is used by nobody`])),
  ]
}

/** Folders of the host that are mounted on purpose: the machine for node-exporter, Docker's logs for Filebeat. */
const ofTheHost = ['/', '/var/lib/docker/containers']

function volumeProblems(system: System, service: Service): string[] {
  return mountsOf(service).flatMap(({ source, mode, path }) => {
    if (path !== null && !system.exists(path)) return [`${source} does not exist`]
    if (path !== null && mode !== 'ro') return [`${source} can be written by the container`]
    if (path === null && !source.startsWith('/')) {
      return source in system.compose.volumes ? [] : [`the volume ${source} is not declared`]
    }
    if (path === null && !(ofTheHost.includes(source) && mode === 'ro')) return [`${source} of the host is mounted`]
    return []
  })
}

/** Files and folders that arguments and configuration speak of, as the container sees them. */
function pathProblems(system: System, service: Service): string[] {
  return textsOf(system, service).flatMap(({ from, text }) => {
    const [, path] = /^(?:--[\w.-]+=)?(\/(?:etc|var\/lib\/grafana|usr\/share)\/[^*?:]+?)(?:\/\*.*)?$/.exec(text) ?? []
    if (path === undefined) return []
    const inside = inRepository(service, path)
    return inside !== null && system.exists(inside) ? [] : [`${from} names ${path}, which is not there`]
  })
}

function secretProblems(system: System, service: Service): string[] {
  const mounted = service.secrets ?? []
  const undeclared = mounted.filter(({ source }) => !(source in system.compose.secrets))
  const misplaced = mounted.filter(({ source, target }) => {
    const file = system.compose.secrets[source]?.file
    return file !== undefined && target !== `/run/${file}`
  })
  const named = textsOf(system, service).flatMap(({ from, text }) =>
    (text.match(/\/run\/secrets\/[\w./-]+/g) ?? []).map((path) => ({ from, path })),
  )
  const wanted = [...named, ...ofTeams(system, service)]
  return [
    ...undeclared.map(({ source }) => `the secret ${source} is not declared`),
    ...misplaced.map(({ source, target }) => `${source} is mounted as ${target}, not where secrets/ has it`),
    ...wanted
      .filter(({ path }) => !mounted.some(({ target }) => target === path))
      .map(({ from, path }) => `${from} needs ${path}, which is not mounted`),
  ]
}

/** `file:slack-url` in a team's document is the file `<team>/slack-url`. */
function ofTeams(system: System, service: Service) {
  return mountsOf(service)
    .filter(({ path }) => path === 'teams')
    .flatMap(({ path }) => system.files(path ?? ''))
    .flatMap((file) => {
      const { team } = parse(system.read(file)) as { team: string }
      const references = system.read(file).match(/(?<=: ['"]?file:)[\w.-]+/g) ?? []
      return references.map((name) => ({ from: file, path: `/run/secrets/${team}/${name}` }))
    })
}

function literalProblems({ environment = {}, command = [] }: Service): string[] {
  const entries = [...Object.entries(environment), ...command.map((argument) => ['an argument', argument] as const)]
  return entries.flatMap(([name, value]) => {
    const secretByName = /TOKEN|PASSWORD|SECRET|_KEY/.test(name) && !/_FILE$/.test(name)
    const secretByLook = /\/\/[^/\s]*:[^/\s]*@|hooks\.slack\.com|[A-Za-z0-9+=_-]{32,}/.test(value)
    return secretByName || secretByLook ? [`${name} holds a secret; name a file`] : []
  })
}
