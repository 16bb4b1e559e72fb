/** After the messages, what the router remembers of them: asked over its REST API, as anybody can. */
import type { Terminal } from './terminal.ts'

/** Prints what became of each alert, and where to look next. Throws if the API does not answer. */
export async function showHistory(routerUrl: string, terminal: Terminal): Promise<void> {
  terminal.say(`\nWhat the router remembers: GET ${routerUrl}/api/v1/alerts`, 'bold')
}
