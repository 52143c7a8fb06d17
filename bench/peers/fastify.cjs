/** @fastify/http-proxy; OpenTelemetry's automatic instrumentation is loaded before it. */
const fastify = require('fastify')
const proxy = require('@fastify/http-proxy')

const [port, target] = process.argv.slice(2).map(Number)
const app = fastify()
app.register(proxy, { upstream: `http://127.0.0.1:${target}`, undici: { connections: 1024, pipelining: 1 } })
app.listen({ port, host: '127.0.0.1', backlog: 4096 })

// OpenTelemetry's own handler flushes meanwhile; it ends nothing.
process.on('SIGTERM', () => setTimeout(process.exit, 1_000, 0))
