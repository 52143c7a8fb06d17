/**
 * What an idle client connection costs: many are opened, each makes one request, and the resident size of the sidecar is
 * read, at once and when it has closed its connections to the app. `npm run bench:idle -- 10000`.
 */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const COUNT = Number(process.argv[2] ?? 10_000)
const AT_ONCE = 50
const WARM_UP = 500
const REQUEST = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'

const app = createServer((_, answer) => answer.end('ok'))
app.keepAliveTimeout = 600_000
await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const args = [main, '--port', '0', '--target', String((app.address() as AddressInfo).port), '--no-dump']
const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
process.on('exit', () => child.kill('SIGKILL'))
const port = await new Promise<number>((resolve) => {
  child.stderr.on('data', (text) => {
    const match = /:(\d+) before/.exec(String(text))
    if (match !== null) resolve(Number(match[1]))
  })
})

const residentKib = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1])
const descriptors = (): number => readdirSync(`/proc/${child.pid}/fd`).length

/** Spread over addresses of the loopback net: one has too few ports. */
function asked(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, `127.0.0.${1 + Math.floor(Math.random() * 4)}`, () => socket.write(REQUEST))
    socket.on('error', reject).once('data', () => resolve(socket))
  })
}

await sleep(1_500)
for (let turn = 0; turn < WARM_UP; turn++) (await asked()).destroy()
await sleep(1_000)
const base = residentKib()
const report = (when: string): void => {
  const each = ((residentKib() - base) / COUNT).toFixed(1)
  console.log(`${when.padEnd(32)} ${residentKib()} KiB, ${descriptors()} descriptors, ${each} KiB a connection`)
}
report('none open')
const sockets: Socket[] = []
while (sockets.length < COUNT) sockets.push(...(await Promise.all(Array.from({ length: AT_ONCE }, asked))))
// Of ten thousand the first have lost theirs to the app by now.
report(`${COUNT} open`)
await sleep(5_000)
report('and every side to the app closed')
process.exit(0)
