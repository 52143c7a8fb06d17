/**
 * The three parts that a trace passes on its way through a pod: a sidecar before a plain service, the service, which copies
 * traceparent and tracestate and nothing else, and a second sidecar before what it calls.
 */
import { createServer, type IncomingMessage, type Server, request as send } from 'node:http'
import { type RunningSidecar, startSidecar } from './sidecar.ts'

export interface Ports {
  readonly ingress: number
  readonly service: number
  readonly egress: number
}

export interface TraceContextPod extends Ports {
  close(): Promise<void>
}

/** 0 takes a free port. `allow`: where the service may call. */
export async function startPod(ports: Ports, allow: string): Promise<TraceContextPod> {
  const egress = await startSidecar({ args: ['--port', String(ports.egress), '--egress', allow, '--no-dump'] })
  const service = await startService(ports.service, egress.port)
  const args = ['--port', String(ports.ingress), '--target', String(service.port), '--no-dump']
  const ingress = await startSidecar({ args })
  const sidecars: readonly RunningSidecar[] = [ingress, egress]
  return {
    ingress: ingress.port,
    service: service.port,
    egress: egress.port,
    async close() {
      await Promise.all(sidecars.map((sidecar) => sidecar.stop('SIGKILL')))
      service.server.close().closeAllConnections()
    },
  }
}

interface Call {
  readonly url: string
  readonly arguments: unknown
}

/** POST a list of calls: each is made, one after the other, then the answer is 200. */
async function startService(port: number, egressPort: number): Promise<{ port: number; server: Server }> {
  const server = createServer(async (request, response) => {
    const calls: readonly Call[] = JSON.parse(await textOf(request))
    for (const call of calls) await callThrough(egressPort, call, contextOf(request))
    response.end('done')
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : port, server }
}

function contextOf({ headers }: IncomingMessage): Record<string, string> {
  const names = ['traceparent', 'tracestate'] as const
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  )
}

/** As clients speak to a forward proxy: the whole URL is the target. */
function callThrough(
  proxyPort: number,
  { url, arguments: body }: Call,
  headers: Record<string, string>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const host = new URL(url).host
    const options = { host: '127.0.0.1', port: proxyPort, method: 'POST', path: url, headers: { ...headers, host } }
    const call = send(options, (response) => {
      response.resume().on('end', resolve)
    })
    call.on('error', reject)
    call.setHeader('content-type', 'application/json')
    call.end(JSON.stringify(body))
  })
}

export async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const bytes of request) text += bytes
  return text
}
