// Says which data thread answered, and is the bug that ends it: a throw that nothing catches.
import { threadId } from 'node:worker_threads'

export function which_thread({ service, server }) {
  service.on('http:200', () => server.respond(`HTTP/1.1 200 OK\nX-Thread: ${threadId}\n\nok\n`))
  server.on('http:data', ({ HTTPResource }) => {
    if (HTTPResource === '/die') setTimeout(() => bug(), 0)
  })
}

function bug() {
  throw new Error('a bug')
}
