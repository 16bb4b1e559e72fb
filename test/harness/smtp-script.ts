/** A mail server that is none: it says its lines whatever it hears, for answers that a sound server never gives. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** What it says to the connection and then to each command by its first word; `MAIL` ends with a dot: `.`. */
export type Script = Readonly<Record<string, string>>

const polite: Script = {
  connect: '220 here',
  EHLO: '250 here',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  '.': '250 ok',
  QUIT: '221 bye',
}

export interface ScriptedServer {
  readonly port: number
  /** Commands, in the order in which they came over all connections. */
  readonly heard: readonly string[]
  /** Mails as they came between DATA and the final dot. */
  readonly mails: readonly string[]
  /** Connections ever made. */
  readonly connections: () => number
}

/** Listens until the test is over. A line that ends with `!` is said without its end, and the connection closed. */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const lines = { ...polite, ...script }
  const heard: string[] = []
  const mails: string[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => {})
    let mail: string[] | null = null
    let rest = ''
    const say = (word: string) => {
      const line = lines[word]
      if (line === undefined) socket.write('500 what?\r\n')
      else if (line.endsWith('!')) socket.end(line.slice(0, -1))
      else if (line !== '') socket.write(`${line}\r\n`)
    }
    socket.on('data', (chunk) => {
      rest += chunk.toString()
      const whole = rest.split('\r\n')
      rest = whole.pop() ?? ''
      for (const line of whole) {
        if (mail !== null && line !== '.') {
          mail.push(line.replace(/^\./, ''))
          continue
        }
        const word = line.split(' ', 1)[0]?.toUpperCase() ?? ''
        heard.push(line)
        if (mail !== null) mails.push(mail.join('\r\n'))
        mail = word === 'DATA' && lines.DATA?.startsWith('3') === true ? [] : null
        say(word)
      }
    })
    say('connect')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, heard, mails, connections: () => connections }
}
