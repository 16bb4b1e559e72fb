/** The one place where stories meet the program: how a router is started on a folder, a database and a clock. */
import type { Clock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { type Router, startRouter } from '../../src/router.ts'

export interface RouterPlace {
  readonly databaseFile: string
  readonly teamsDir: string
  /** `host:port` of every stand-in. */
  readonly allowed: readonly string[]
  /** The teams' secrets by name. */
  readonly secrets: Readonly<Record<string, string>>
}

/** Starts the program as `main.ts` does, from an environment, under the story's clock. */
export function start(place: RouterPlace, clock: Clock, random: () => number): Promise<Router> {
  const env = {
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: `file:${place.databaseFile}`,
    BALLAST: '0',
    TEAMS_DIR: place.teamsDir,
    ALLOW_DESTINATIONS: place.allowed.join(','),
    LOG_LEVEL: 'silent',
    ...place.secrets,
  }
  return startRouter({ config: readConfig(env), env, clock, random })
}
