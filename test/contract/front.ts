/** A proxy before the router that answers POST with a redirect until somebody puts it right. */
import { onTestFinished } from 'vitest'
import { answer, type Received, startStandIn } from '../../src/stand-in/stand-in.ts'

export interface Front {
  readonly url: string
  /** Method and answer of every request, such as `POST 302`. */
  readonly requests: readonly string[]
  /** From now on everything is handed on to the router. */
  mend(): void
}

/** It redirects to its own address, and hands GET on to the router, as what follows the redirect would be. */
export async function openFront(routerUrl: string): Promise<Front> {
  const requests: string[] = []
  let redirects = true
  const server = await startStandIn((received, response) => {
    if (redirects && received.method === 'POST') {
      requests.push('POST 302')
      answer(response, 302, '', { location: server.url + received.path })
      return
    }
    handOn(routerUrl, received).then(
      ({ status, text }) => {
        requests.push(`${received.method} ${status}`)
        answer(response, status, text)
      },
      () => response.destroy(),
    )
  })
  onTestFinished(() => server.close())
  const mend = () => {
    redirects = false
  }
  return { url: server.url, requests, mend }
}

async function handOn(routerUrl: string, { method, path, headers, body }: Received) {
  const type = headers['content-type']
  const init = { method, headers: type === undefined ? {} : { 'content-type': type } }
  const response = await fetch(routerUrl + path, method === 'POST' ? { ...init, body } : init)
  return { status: response.status, text: await response.text() }
}
