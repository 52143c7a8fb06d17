/**
 * The least a proxy in Node can do: each connection of a client is piped into one to the app and back, unread. The floor for
 * large bodies, and the guard's control. `node bench/subjects/pipe.ts PORT TARGET`.
 */
import { connect, createServer } from 'node:net'

const [port, target] = process.argv.slice(2).map(Number)
if (port === undefined || target === undefined) throw new Error('usage: pipe.ts PORT TARGET')

createServer({ noDelay: true }, (client) => {
  const origin = connect({ port: target, host: '127.0.0.1', noDelay: true })
  client.on('error', () => origin.destroy()).pipe(origin)
  origin.on('error', () => client.destroy()).pipe(client)
}).listen({ port, host: '127.0.0.1', backlog: 4_096 })
