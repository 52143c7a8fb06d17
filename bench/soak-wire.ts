/** A client's end of one connection: raw bytes out, parsed answers in. It reads by its own rules, not by podspan's. */
import { connect, type Socket } from 'node:net'
import { check, Wrong } from './soak-tally.ts'

export interface Head {
  readonly status: number
  readonly fields: ReadonlyMap<string, string>
}

export interface Answer extends Head {
  readonly interim: readonly number[]
  readonly body: Buffer
  /** The connection may carry another request. */
  readonly keepAlive: boolean
}

/** The connection ended where an answer should have gone on. */
export class Cut extends Wrong {
  constructor(how: string, where: string) {
    super(`cut (${how}) ${where}`, true)
  }
}

export class Wire {
  readonly socket: Socket
  #pieces: Buffer[] = []
  #size = 0
  #over: string | undefined
  #wake = (): void => {}

  constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', (piece: Buffer) => {
      this.#pieces.push(piece)
      this.#size += piece.length
      this.#wake()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => this.#end(error.code ?? error.message))
    socket.on('end', () => this.#end('FIN'))
    socket.on('close', () => this.#end('closed'))
  }

  write(data: string | Buffer): void {
    if (this.socket.writable) this.socket.write(data)
  }

  /** The next head whatever its status; `expectEnd` names the place for a Cut. */
  async head(): Promise<Head> {
    let end = -1
    while (end === -1) {
      end = this.#joined().indexOf('\r\n\r\n')
      if (end === -1) await this.#more('before the end of a head')
    }
    const [line = '', ...rest] = this.#take(end + 4)
      .toString('latin1', 0, end)
      .split('\r\n')
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(line)?.[1])
    check(status >= 100, `not a status line: ${JSON.stringify(line.slice(0, 80))}`)
    const fields = new Map<string, string>()
    for (const field of rest) {
      const colon = field.indexOf(':')
      fields.set(field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim())
    }
    return { status, fields }
  }

  /** The next final answer with its whole body. */
  async answer(method: string): Promise<Answer> {
    const interim: number[] = []
    let head = await this.head()
    while (head.status < 200 && head.status !== 101) {
      interim.push(head.status)
      head = await this.head()
    }
    const { status, fields } = head
    const bodiless = method === 'HEAD' || status === 101 || status === 204 || status === 304
    const length = fields.get('content-length')
    const chunked = fields.get('transfer-encoding') === 'chunked'
    const body = bodiless
      ? Buffer.alloc(0)
      : chunked
        ? await this.#chunked()
        : length === undefined
          ? await this.#untilEnd()
          : await this.take(Number(length))
    const framed = bodiless || chunked || length !== undefined
    return { status, fields, interim, body, keepAlive: framed && fields.get('connection') !== 'close' }
  }

  async line(): Promise<string> {
    let end = -1
    while (end === -1) {
      end = this.#joined().indexOf('\r\n')
      if (end === -1) await this.#more('before the end of a line')
    }
    return this.#take(end + 2).toString('latin1', 0, end)
  }

  async take(count: number): Promise<Buffer> {
    while (this.#size < count) await this.#more(`with ${count - this.#size} of ${count} body bytes missing`)
    return this.#take(count)
  }

  /** Everything to the end of the connection, and how it ended. */
  async rest(): Promise<{ readonly bytes: Buffer; readonly how: string }> {
    while (this.#over === undefined) await this.#wait()
    return { bytes: this.#take(this.#size), how: this.#over }
  }

  async #chunked(): Promise<Buffer> {
    const pieces: Buffer[] = []
    for (;;) {
      const size = Number.parseInt(await this.line(), 16)
      check(size >= 0, 'not a chunk size')
      if (size === 0) break
      pieces.push(await this.take(size))
      check((await this.line()) === '', 'no line end after a chunk')
    }
    while ((await this.line()) !== '');
    return Buffer.concat(pieces)
  }

  async #untilEnd(): Promise<Buffer> {
    const { bytes, how } = await this.rest()
    if (how !== 'FIN') throw new Cut(how, 'in a body that ends with the connection')
    return bytes
  }

  #joined(): Buffer {
    const all = this.#pieces.length === 1 ? this.#pieces[0] : undefined
    const joined = all ?? Buffer.concat(this.#pieces)
    this.#pieces = [joined]
    return joined
  }

  #take(count: number): Buffer {
    const all = this.#joined()
    this.#pieces = [all.subarray(count)]
    this.#size -= count
    return all.subarray(0, count)
  }

  async #more(where: string): Promise<void> {
    if (this.#over !== undefined) throw new Cut(this.#over, `${where}, after ${this.socket.bytesRead} bytes in all`)
    await this.#wait()
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #end(how: string): void {
    this.#over ??= how
    this.#wake()
  }
}

export function dial(port: number): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const refused = (error: Error): void => reject(new Wrong(`no connection to podspan: ${error.message}`))
    socket.once('error', refused)
    socket.once('connect', () => {
      socket.off('error', refused)
      resolve(new Wire(socket))
    })
  })
}
