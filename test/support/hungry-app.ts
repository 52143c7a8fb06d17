/**
 * `node test/support/hungry-app.ts PORT`: a service that does to its container what it is asked to, and prints its port.
 * /hold?mib=20 keeps memory, /burn?ms=300 uses so much of a core, /hang answers nothing, /eat takes memory until it is killed,
 * /events streams one event, /exit ends it, /worker has a child of it killed for want of memory.
 */
import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const MIB = 1_048_576
const held: Buffer[] = []
const hold = (mib: number): void => void held.push(Buffer.alloc(mib * MIB, 1))

function eat(): void {
  hold(8)
  setTimeout(eat, 10)
}

const server = createServer(({ url = '/' }, response) => {
  const { pathname, searchParams } = new URL(url, 'http://app')
  if (pathname === '/hang') return
  if (pathname === '/exit') process.exit(3)
  if (pathname === '/eat') return void setTimeout(eat, Number(searchParams.get('after') ?? 0))
  if (pathname === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: one\n\n')
    return
  }
  if (pathname === '/worker') {
    fork(import.meta.filename, ['eat']).once('exit', (_, signal) => response.end(signal))
    return
  }
  if (pathname === '/hold') hold(Number(searchParams.get('mib')))
  const before = process.cpuUsage()
  const usedMs = (): number => (process.cpuUsage(before).user + process.cpuUsage(before).system) / 1_000
  while (usedMs() < Number(searchParams.get('ms') ?? 0));
  response.end('done')
})

if (process.argv[2] === 'eat') {
  // The kernel takes the largest of the cgroup, and two may be of a size: this is the one.
  writeFileSync('/proc/self/oom_score_adj', '1000')
  eat()
} else server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
