/** One keep-alive connection that reads no more of an answer than it must, to leave the cores to the server under test. */
import { connect, type Socket } from 'node:net'

/** Told the status of the answer, or 0 when the connection was lost before it came. */
export type Answered = (status: number) => void

export class Connection {
  readonly #socket: Socket
  #answered: Answered | null = null
  #head = ''
  #status = 0
  #bodyLeft = 0
  #lost = false

  private constructor(port: number) {
    this.#socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: { buffer: Buffer.alloc(16_384), callback: (size, bytes) => this.#read(bytes, size) },
    })
    this.#socket.on('error', () => this.#lose())
    this.#socket.on('close', () => this.#lose())
  }

  static open(port: number): Promise<Connection> {
    const connection = new Connection(port)
    return new Promise((resolve, reject) => {
      connection.#socket.once('connect', () => resolve(connection))
      connection.#socket.once('error', (cause) => reject(new Error(`cannot connect to port ${port}`, { cause })))
    })
  }

  /** One request at a time: not again before `answered` was called. */
  send(request: Buffer, answered: Answered): void {
    if (this.#lost) {
      answered(0)
      return
    }
    this.#answered = answered
    this.#socket.write(request)
  }

  get lost(): boolean {
    return this.#lost
  }

  close(): void {
    this.#answered = null
    this.#socket.destroy()
  }

  #read(bytes: Uint8Array, size: number): boolean {
    if (this.#bodyLeft > 0) {
      this.#bodyLeft -= size
    } else {
      this.#head += Buffer.from(bytes.buffer, bytes.byteOffset, size).toString('latin1')
      const end = this.#head.indexOf('\r\n\r\n')
      if (end === -1) return true
      this.#status = Number(this.#head.slice(9, 12))
      this.#bodyLeft = contentLength(this.#head) - (this.#head.length - end - 4)
    }
    if (this.#bodyLeft > 0) return true
    this.#head = ''
    const answered = this.#answered
    this.#answered = null
    answered?.(this.#status)
    return true
  }

  #lose(): void {
    this.#lost = true
    const answered = this.#answered
    this.#answered = null
    answered?.(0)
  }
}

function contentLength(head: string): number {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) return Number(length)
  if (head.startsWith('HTTP/1.1 204')) return 0
  throw new Error(`the bench reads answers with a Content-Length only, not this one:\n${head}`)
}
