/** The fault `silence`: to everybody but who controls faults, the server seems gone. */
import type { FastifyInstance } from 'fastify'
import type { FaultBoard } from './board.ts'

/** Connections are cut instead of left to hang: Prometheus sees both as down, and nothing piles up. */
export function fallSilent(app: FastifyInstance, board: FaultBoard): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (board.amount('silence') === 0 || /^\/control(\/|$)/.test(request.routeOptions.url ?? '')) return done()
    // No answer and no `done`: the request ends here.
    request.raw.destroy()
  })
}
