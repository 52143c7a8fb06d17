/** Clients that send one request after the other, each over a connection it keeps or over a new one every time, until they are told
 * that the endpoint is gone. Every failure is told; nothing is sent twice. */
import { Agent, request } from 'node:http'

export interface Load {
  /** So far. */
  answered(): number
  /** The endpoint is removed: nothing more is sent. Resolves when what was sent before has its answer. */
  stop(): Promise<{ readonly answered: number; readonly failures: readonly string[] }>
}

const BODY = 'x'.repeat(2_000)
const KINDS = [
  ['GET', '/'],
  ['POST', '/orders'],
  ['GET', '/slow'],
  ['GET', '/big'],
] as const

export function startLoad(url: string, { kept, fresh }: { readonly kept: number; readonly fresh: number }): Load {
  let answered = 0
  let isStopped = false
  const failures: string[] = []
  const client = async (keepAlive: boolean, first: number): Promise<void> => {
    const agent = new Agent({ keepAlive, maxSockets: 1 })
    for (let turn = first; !isStopped; turn++) {
      const [method, path] = KINDS[turn % KINDS.length] ?? KINDS[0]
      const outcome = await send(agent, method, `${url}${path}`)
      if (outcome === undefined) answered++
      else failures.push(`${method} ${path}, ${keepAlive ? 'kept' : 'new'} connection: ${outcome}`)
    }
    agent.destroy()
  }
  const clients = [
    ...Array.from({ length: kept }, (_, index) => client(true, index)),
    ...Array.from({ length: fresh }, (_, index) => client(false, index)),
  ]
  return {
    answered: () => answered,
    async stop() {
      isStopped = true
      await Promise.all(clients)
      return { answered, failures }
    },
  }
}

/** Undefined when it is answered, whole. */
function send(agent: Agent, method: string, url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const sent = request(url, { agent, method }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode === 200 ? undefined : `status ${answer.statusCode}`))
      answer.on('error', (error) => resolve(`cut off: ${error.message}`))
    })
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    sent.end(method === 'POST' ? BODY : undefined)
  })
}
