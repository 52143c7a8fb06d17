/** An OTLP/HTTP receiver that answers as it is told, and remembers what it took (http/json). */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface OtlpServer {
  readonly url: string
  /** Names of the spans it answered 2xx to. */
  readonly spans: string[]
  requests(): number
  answer(respond: (response: ServerResponse) => void): void
  close(): Promise<void>
}

interface TraceMessage {
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly { readonly name: string }[] }[]
  }[]
}

export async function startOtlpServer(): Promise<OtlpServer> {
  const spans: string[] = []
  let requests = 0
  let respond = (response: ServerResponse): void =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  const server: Server = createServer((request, response) => {
    requests++
    let body = ''
    request.on('data', (bytes) => {
      body += bytes
    })
    request.on('end', () => {
      respond(response)
      if (!response.writableEnded || response.statusCode !== 200) return
      const message: TraceMessage = JSON.parse(body)
      for (const { scopeSpans } of message.resourceSpans ?? []) {
        spans.push(...scopeSpans.flatMap((scope) => scope.spans.map(({ name }) => name)))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    spans,
    requests: () => requests,
    answer(next) {
      respond = next
    },
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
