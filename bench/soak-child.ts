/** The program under soak: started as its users start it, looked at through /proc, and its last words read. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

export interface Sample {
  readonly rssMib: number
  readonly fds: number
  readonly established: number
}

export class Child {
  readonly pid: number
  readonly process: ChildProcess
  readonly exited: Promise<number | string>
  /** Lines of the dump. */
  lines = 0
  badLines = 0
  stderr = ''

  /** SOAK_NODE_OPTIONS reaches the child alone: a small heap tells a leak from a lazy collector of garbage. */
  constructor(target: number, collector: number) {
    const args = [MAIN, '--port', '0', '--host', '127.0.0.1', '--target', String(target), '--dump']
    this.process = spawn(process.execPath, [...args, '--dump-format', 'ndjson', '--dump-every', '1s'], {
      env: {
        PATH: process.env.PATH ?? '',
        NODE_OPTIONS: process.env.SOAK_NODE_OPTIONS ?? '',
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.pid = this.process.pid ?? 0
    this.process.on('error', () => {})
    // `close` and not `exit`: the last of the output belongs to it.
    this.exited = once(this.process, 'close').then(([code, signal]) => code ?? signal)
    const { stdout, stderr } = this.process
    if (stdout === null || stderr === null) throw new Error('no pipes')
    createInterface({ input: stdout }).on('line', (line) => this.#line(line))
    stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
  }

  async port(): Promise<number> {
    for (let tries = 0; tries < 300; tries++) {
      const port = /listening on http:\/\/\S*:(\d+)/.exec(this.stderr)?.[1]
      if (port !== undefined) return Number(port)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`podspan did not start:\n${this.stderr}`)
  }

  /** undefined when the process is gone. */
  sample(): Sample | undefined {
    try {
      const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1])
      const links = this.links()
      return { rssMib: rss / 1_024, fds: links.length, established: established(this.pid, links) }
    } catch {
      return undefined
    }
  }

  /** What its descriptors point at. */
  links(): string[] {
    return readdirSync(`/proc/${this.pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${this.pid}/fd/${fd}`)
      } catch {
        // Closed between the two looks.
        return ''
      }
    })
  }

  #line(line: string): void {
    this.lines++
    try {
      JSON.parse(line)
    } catch {
      this.badLines++
    }
  }
}

function established(pid: number, links: readonly string[]): number {
  const inodes = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]))
  const rows = ['tcp', 'tcp6'].flatMap((name) => readFileSync(`/proc/${pid}/net/${name}`, 'utf8').split('\n'))
  // Column 3 is the state (01 is ESTABLISHED), column 9 the inode.
  return rows.map((row) => row.trim().split(/\s+/)).filter((row) => row[3] === '01' && inodes.has(row[9])).length
}

/** A collector that takes everything and keeps nothing. */
export async function startCollector(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((request, response) => {
    request.on('error', () => {}).resume()
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

export interface Book {
  readonly signal: string
  readonly created: number
  readonly exported: number
  readonly dropped: number
}

/** `stopped; exchange 5 created, 4 exported, 1 outbox_full; span …` */
export function readLedger(stderr: string): Book[] {
  const line = /stopped; (.*)/.exec(stderr)?.[1] ?? ''
  return line.split('; ').flatMap((part) => {
    const [, signal, created, exported, lost = ''] = /^(\w+) (\d+) created, (\d+) exported(.*)$/.exec(part) ?? []
    if (signal === undefined) return []
    const dropped = [...lost.matchAll(/(\d+) /g)].reduce((total, [, count]) => total + Number(count), 0)
    return [{ signal, created: Number(created), exported: Number(exported), dropped }]
  })
}

/** MiB a minute, by least squares over (seconds, MiB). */
export function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (index: 0 | 1): number => points.reduce((sum, point) => sum + point[index], 0) / points.length
  const [x, y] = [mean(0), mean(1)]
  const over = points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0)
  const under = points.reduce((sum, [px]) => sum + (px - x) ** 2, 0)
  return under === 0 ? 0 : (over / under) * 60
}
