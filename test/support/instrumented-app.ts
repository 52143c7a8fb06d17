/**
 * An app with an SDK of its own, as a process: SERVER spans and http.server.request.duration by OpenTelemetry's JavaScript
 * SDK, to the endpoints of its environment. Prints its port.
 */
import { createServer } from 'node:http'
import { context, metrics, propagation, SpanKind, trace } from '@opentelemetry/api'
import { NodeSDK } from '@opentelemetry/sdk-node'

const sdk = new NodeSDK()
sdk.start()
const tracer = trace.getTracer('app')
const duration = metrics.getMeter('app').createHistogram('http.server.request.duration', { unit: 's' })

const server = createServer((request, response) => {
  const caller = propagation.extract(context.active(), request.headers)
  const span = tracer.startSpan('GET /', { kind: SpanKind.SERVER }, caller)
  const { traceId, spanId } = span.spanContext()
  response.setHeader('traceresponse', `00-${traceId}-${spanId}-01`)
  response.end('ok')
  duration.record(0.001, { 'http.request.method': 'GET', 'url.scheme': 'http', 'http.response.status_code': 200 })
  span.end()
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(typeof address === 'object' && address !== null ? address.port : '')
})
process.once('SIGTERM', async () => {
  server.close()
  server.closeAllConnections()
  await sdk.shutdown()
  process.exit(0)
})
