/** `GET /control` lists the faults, `POST /control/<fault>` switches one on, `DELETE` off again. */
import type { FastifyInstance } from 'fastify'
import type { FaultBoard } from './board.ts'
import { type FaultName, faults, type ServerName } from './faults.ts'
import { mayControl } from './guard.ts'
import { readFaultRequest } from './request.ts'
import { triggers } from './triggers.ts'

export interface ControlDeps {
  readonly server: ServerName
  readonly board: FaultBoard
  readonly versions: readonly string[]
  /** null: only this machine may control. */
  readonly token: string | null
}

export function controlRoutes(app: FastifyInstance, { server, board, versions, token }: ControlDeps): void {
  const names = (Object.keys(faults) as FaultName[]).filter((name) => servesAt(name, server))
  app.register(async (scope) => {
    scope.addHook('onRequest', (request, reply, done) => {
      if (mayControl(request, token)) return done()
      reply.code(403).send({
        error:
          'Faults are controlled from this machine (http://127.0.0.1) or with Authorization: Bearer <CONTROL_TOKEN>.',
      })
    })
    scope.get('/control', () => ({ server, faults: names.map((name) => describe(name, server, board)) }))
    for (const name of names) {
      scope.post(`/control/${name}`, (request) => {
        const { amount, seconds, version } = readFaultRequest(name, request.body, versions)
        board.start(name, amount, seconds, version)
        request.log.warn({ fault: name, amount, seconds, version }, 'fault on')
        return describe(name, server, board)
      })
      scope.delete(`/control/${name}`, (request) => {
        board.stop(name)
        request.log.warn({ fault: name }, 'fault off')
        return describe(name, server, board)
      })
    }
  })
}

function servesAt(name: FaultName, server: ServerName): boolean {
  const servers: readonly ServerName[] = faults[name].servers
  return servers.includes(server)
}

/** `active` is null while the fault is off. */
function describe(name: FaultName, server: ServerName, board: FaultBoard) {
  const { of, does, amount, usual, most } = faults[name]
  const active = board.active(name)
  return {
    fault: name,
    of,
    does,
    amount,
    usual,
    most,
    fires: triggers
      .filter((trigger) => trigger.fault === name && trigger.server === server)
      .map(({ alert, severity, amount: needed }) => ({ alert, severity, amount: needed })),
    active: active && { amount: active.amount, version: active.version, ends_at: new Date(active.until).toISOString() },
  }
}
