/** A program under measurement or beside it: started on its cores, known by its processes, ended by its id. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { connect, createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { familyOf } from '../measure/resident.ts'

/** The proxy has a core to itself; what asks it and what answers it share the others. */
const CORES = availableParallelism()
export const PROXY_CORES: string = CORES > 1 ? '1' : '0'
export const LOAD_CORES: string = CORES > 2 ? `0,2-${CORES - 1}` : '0'

const START_MS_MAX = 20_000
const POLL_MS = 2
const STOP_MS_MAX = 10_000

export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cores: string
  /** Every line of its stdout. */
  readonly onLine?: (line: string) => void
}

export interface Program {
  readonly port: number
  /** From the start of the process to its first accepted connection. */
  readonly listeningMs: number
  pids(): readonly number[]
  stop(): Promise<void>
}

/** Nothing may outlive the run, however that ends. */
const running = new Set<ChildProcess>()
process.on('exit', () => running.forEach((child) => void child.kill('SIGKILL')))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/** Starts it and waits until something takes connections on `port`. */
export async function startProgram(port: number, { command, args, env, cores, onLine }: Launch): Promise<Program> {
  const startedMs = performance.now()
  const child = spawn('taskset', ['-c', cores, command, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdio: ['ignore', onLine === undefined ? 'ignore' : 'pipe', 'pipe'],
  })
  running.add(child)
  if (onLine !== undefined && child.stdout !== null) createInterface({ input: child.stdout }).on('line', onLine)
  const ended = once(child, 'exit')
  ended.catch(() => {})
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2_000)))
  while (!(await accepts(port))) {
    if (child.exitCode !== null || performance.now() - startedMs > START_MS_MAX) {
      child.kill('SIGKILL')
      throw new Error(`${command} ${args.join(' ')} does not listen on ${port}:\n${said}`)
    }
    await sleep(POLL_MS)
  }
  const listeningMs = performance.now() - startedMs
  const pid = child.pid ?? 0
  return {
    port,
    listeningMs,
    pids: () => familyOf(pid),
    stop: () => end(child, ended),
  }
}

/** Where a command is found, or undefined. */
export function findCommand(name: string, folders: readonly string[] = []): string | undefined {
  const path = [...folders, ...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
  return path.map((folder) => join(folder, name)).find(isExecutable)
}

/** The first line a command says to, for instance, `-v`, on either stream. */
export function firstLine(command: string, ...args: string[]): string {
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  return `${stdout}${stderr}`.trim().split('\n')[0] ?? ''
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  running.delete(child)
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await Promise.race([ended, sleep(STOP_MS_MAX, undefined, { ref: false })])
  child.kill('SIGKILL')
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
