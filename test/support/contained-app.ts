/** Starts the hungry app in a cgroup of its own, as an unprivileged user, and plays the runtime that removes it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { makeCgroup, type TestCgroup } from './cgroups.ts'

const APP = new URL('./hungry-app.ts', import.meta.url).pathname

export interface ContainedApp {
  readonly pid: number
  readonly port: number
  readonly cgroup: TestCgroup
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>
  /** Ends it and removes its cgroup. */
  stop(): Promise<void>
}

export const asUser = (uid: number): string[] => ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups']

let count = 0

export async function startContained(
  limits: { readonly memoryBytes?: number; readonly cores?: number },
  { uid = 1_201, port = 0 }: { readonly uid?: number; readonly port?: number } = {},
): Promise<ContainedApp> {
  const cgroup = makeCgroup(`podspan-${process.pid}-${++count}-app`, limits)
  const command = `${cgroup.enter} && exec ${asUser(uid).join(' ')} ${process.execPath} ${APP} ${port}`
  const child: ChildProcess = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const [line] = await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), ended])
  return {
    pid: child.pid ?? 0,
    port: Number(line),
    cgroup,
    ended,
    async stop() {
      child.kill('SIGKILL')
      await ended
      await removed(cgroup)
    },
  }
}

/** The kernel holds a cgroup for a moment after its last process. */
export async function removed(cgroup: TestCgroup): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      return cgroup.remove()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  throw new Error(`${cgroup.directory} cannot be removed`)
}
