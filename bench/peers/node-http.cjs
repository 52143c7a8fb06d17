/** The proxy one writes with node:http; OpenTelemetry's automatic instrumentation is loaded before it. */
const { Agent, createServer, request } = require('node:http')

const [port, target] = process.argv.slice(2).map(Number)
const agent = new Agent({ keepAlive: true })

createServer((incoming, answer) => {
  const { method, url: path, headers } = incoming
  const outgoing = request({ agent, host: '127.0.0.1', port: target, method, path, headers }, (response) => {
    answer.writeHead(response.statusCode, response.headers)
    response.pipe(answer)
  })
  outgoing.on('error', () => answer.destroy())
  incoming.pipe(outgoing)
}).listen({ port, host: '127.0.0.1', backlog: 4096 })

// OpenTelemetry's own handler flushes meanwhile; it ends nothing.
process.on('SIGTERM', () => setTimeout(process.exit, 1_000, 0))
