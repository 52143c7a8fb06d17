/**
 * The app of pod.test.ts, a plain node:http service: `node pod-app.ts`, on $PORT. SIGTERM ends it on the spot, with whatever is
 * under way.
 */
import { createServer } from 'node:http'

const big = Buffer.alloc(262_144, 'x')
createServer((request, response) => {
  let bytes = 0
  request.on('data', (chunk: Buffer) => (bytes += chunk.length))
  request.on('end', () => {
    if (request.url === '/slow') setTimeout(() => response.end('slow'), 200)
    else if (request.url === '/big') response.end(big)
    else response.end(String(bytes))
  })
}).listen(Number(process.env.PORT), () => process.stdout.write('listening\n'))
process.once('SIGTERM', () => process.exit(0))
