/** What an idle client connection costs, by the program that measures just that (bench/idle.ts). */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Run } from './run.ts'

export const CONNECTIONS = 10_000

export async function measureIdleConnections({ rounds, figures, say }: Run, key: string): Promise<void> {
  say(`${CONNECTIONS} idle connections`)
  const script = join(import.meta.dirname, '../idle.ts')
  for (let round = 0; round < rounds; round++) {
    const [open, closed] = await promisify(execFile)(process.execPath, [script, String(CONNECTIONS)]).then(
      ({ stdout }) => parseIdle(stdout),
      // A limit on descriptors, mostly; the hour before it must not be lost for that.
      (error: Error) => {
        say(error.message)
        return []
      },
    )
    figures.set('idleConnectionKib', key, round, open)
    figures.set('idleConnectionClosedKib', key, round, closed)
  }
}

/** KiB a connection: when all are there, and when every side to the app is closed. The first row is before any. */
export function parseIdle(output: string): (number | undefined)[] {
  const numbers = [...output.matchAll(/(-?[\d.]+) KiB a connection$/gm)].map(([, kib]) => Number(kib))
  return [numbers[1], numbers[2]]
}
