/** An app with something of everything that the admin API tells of, and the real sidecar before it. */
import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocketServer } from 'ws'
import { listenOnFreePort } from './mixed-traffic.ts'
import { type RunningSidecar, type RunOptions, startSidecar } from './sidecar.ts'

export interface Observed extends RunningSidecar {
  readonly adminPort: number
  readonly url: string
  readonly admin: string
  /** The app, and everything that hangs on it. */
  end(): Promise<void>
}

export async function observedApp({ args = [], ...options }: RunOptions = {}): Promise<Observed> {
  const app = everything()
  const target = String(await listenOnFreePort(app))
  const sidecar = await startSidecar({
    ...options,
    args: ['--port', '0', '--target', target, '--admin-port', '0', '--no-dump', ...args],
  })
  const { adminPort } = sidecar
  if (adminPort === undefined) throw new Error(`no admin port:\n${sidecar.stderr()}`)
  return {
    ...sidecar,
    adminPort,
    url: `http://127.0.0.1:${sidecar.port}`,
    admin: `http://127.0.0.1:${adminPort}`,
    async end() {
      await sidecar.stop('SIGKILL')
      app.close().closeAllConnections()
    },
  }
}

/** `/status/404`, `/slow`, `/hang`, `/events` (three of them), `/cut` (ends in mid-answer), a WebSocket, and an echo of bodies. */
function everything(): Server {
  const server = createServer(async (request, answer) => {
    const [, first = '', second = ''] = request.url?.split(/[/?]/) ?? []
    const body = await text(request).catch(() => '')
    answer.setHeader('Set-Cookie', 'id=r-hunter2')
    answer.setHeader('Content-Type', first === 'events' ? 'text/event-stream' : 'text/plain')
    if (first === 'hang') return
    if (first === 'slow') await sleep(300)
    if (first === 'cut')
      return void answer.writeHead(200, { 'content-length': 10 }).write('x', () => request.socket.destroy())
    if (first === 'events') for (let each = 0; each < 3; each++) answer.write(`data: ${each}\n\n`)
    answer.statusCode = first === 'status' ? Number(second) : 200
    answer.end(first === 'events' ? undefined : `hello ${body}`)
  })
  new WebSocketServer({ server }).on('connection', (socket) => socket.on('message', (data) => socket.send(data)))
  return server
}
