/** Runs the real program, `node src/main.ts`, as a process of its own, and waits until it listens. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface RunOptions {
  readonly args?: readonly string[]
  /** Beside PATH and an admin port that is off, the whole environment: nothing of the test's own reaches the process. */
  readonly env?: Readonly<Record<string, string>>
  /** A command that starts it: another user, another namespace. */
  readonly by?: readonly string[]
  /** Another checkout's src/main.ts. */
  readonly main?: string
  /** Leaves the pipe of its fd 1 unread. */
  readonly stallStdout?: boolean
}

export interface RunningSidecar {
  readonly pid: number
  readonly port: number
  readonly healthPort: number | undefined
  readonly adminPort: number | undefined
  stdout(): string
  stderr(): string
  /** Resolves with the exit code, or the signal's name when one ended it. */
  exited(): Promise<number | string>
  /** Sends the signal (SIGTERM unless said otherwise) and waits for the end; a process that has ended is left alone. */
  stop(signal?: NodeJS.Signals): Promise<number | string>
}

export interface Ended {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

/** Rejects, with what it wrote to stderr, when the process ends before it listens. */
export async function startSidecar(options: RunOptions): Promise<RunningSidecar> {
  const run = launch(options)
  const listening = await Promise.race([started(run), run.exited])
  if (typeof listening !== 'object') throw new Error(`podspan ended with ${listening}:\n${run.stderr()}`)
  return {
    ...listening,
    pid: run.child.pid ?? 0,
    stdout: run.stdout,
    stderr: run.stderr,
    exited: () => run.exited,
    stop(signal = 'SIGTERM') {
      run.child.kill(signal)
      return run.exited
    },
  }
}

/** For a run that ends by itself. */
export async function runToEnd(options: RunOptions): Promise<Ended> {
  const run = launch(options)
  const code = await run.exited
  return { code, stdout: run.stdout(), stderr: run.stderr() }
}

interface Run {
  readonly child: ChildProcess
  readonly exited: Promise<number | string>
  stdout(): string
  stderr(): string
}

function launch({ args = [], env = {}, by = [], main = MAIN, stallStdout = false }: RunOptions): Run {
  const [command = '', ...rest] = [...by, process.execPath, main, ...args]
  const child = spawn(command, rest, {
    // Side by side they would all want the same admin port; a test that wants one says which.
    env: { PATH: process.env.PATH ?? '', PODSPAN_ADMIN_PORT: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const text = { stdout: '', stderr: '' }
  if (!stallStdout) child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk))
  // `exit` may come before the last of the output; `close` waits for pipes that a stalled reader never empties.
  const exited = once(child, stallStdout ? 'exit' : 'close').then(([code, signal]) => code ?? signal)
  return { child, exited, stdout: () => text.stdout, stderr: () => text.stderr }
}

function started({ child, stderr }: Run): Promise<Pick<RunningSidecar, 'port' | 'healthPort' | 'adminPort'>> {
  return new Promise((resolve) => {
    child.stderr?.on('data', () => {
      const port = /^.*listening on http:\/\/\S*:(\d+).*\n/m.exec(stderr())
      if (port === null) return
      const portOf = (what: string): number | undefined => {
        const found = new RegExp(`${what} on http://\\S*:(\\d+)`).exec(port[0])?.[1]
        return found === undefined ? undefined : Number(found)
      }
      resolve({ port: Number(port[1]), healthPort: portOf('health'), adminPort: portOf('dashboard') })
    })
  })
}
