/** A receiver that repeats whatever it was sent, secrets included, with an error first and a yes the next time. */
import { answer, type Certificate, type Received, startStandIn } from '../../src/stand-in/stand-in.ts'

export interface Parrot {
  readonly url: string
  /** Each request, what was said in it (the body without its address and keys), and the status it was answered with. */
  readonly answered: readonly { readonly path: string; readonly said: string; readonly status: number }[]
  close(): Promise<void>
}

/** With a certificate it plays PagerDuty. */
export async function startParrot(certificate?: Certificate): Promise<Parrot> {
  const answered: { path: string; said: string; status: number }[] = []
  const server = await startStandIn(
    (received, response) => {
      const status = statusOf(
        received,
        answered.filter(({ path }) => path === received.path).length,
        certificate !== undefined,
      )
      answered.push({ path: received.path, said: said(received), status })
      if (received.path.startsWith('/reset/')) {
        response.socket?.resetAndDestroy()
        return
      }
      const yes = received.path.startsWith('/services/') ? 'ok' : '{}'
      const echo = `you sent ${received.method} ${received.path} ${JSON.stringify(received.headers)} ${received.body}`
      answer(response, status, status < 300 ? yes : echo)
    },
    0,
    certificate,
  )
  return { url: server.url, answered, close: server.close }
}

function statusOf({ path }: Received, times: number, isPagerDuty: boolean): number {
  if (path.startsWith('/refused/')) return 404
  if (times === 0) return 500
  return isPagerDuty ? 202 : 200
}

/** The key of a PagerDuty event is how it is addressed. */
function said({ body }: Received): string {
  return body.replace(/"routing_key":"[^"]*"/, '')
}
