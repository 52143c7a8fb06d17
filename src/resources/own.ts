/** What this process itself uses, from /proc: of podspan, never of the app. */
import { readFileSync } from 'node:fs'
import { processFigures } from './process.ts'

export interface OwnUsage {
  readonly residentBytes: number
  readonly userSeconds: number
  readonly systemSeconds: number
}

/** Undefined where there is no /proc. */
export function readOwnUsage(): OwnUsage | undefined {
  try {
    return ownUsage(readFileSync('/proc/self/stat', 'utf8'), readFileSync('/proc/self/status', 'utf8'))
  } catch {
    return undefined
  }
}

export function ownUsage(stat: string, status: string): OwnUsage | undefined {
  const texts: Readonly<Record<string, string>> = { stat, status }
  const read = (name: string): string | undefined => texts[name]
  const figures = processFigures({ pid: 0, read, openFds: undefined, uptime: undefined })
  if (figures === undefined) return undefined
  const { residentBytes = 0, userSeconds = 0, systemSeconds = 0 } = figures
  return { residentBytes, userSeconds, systemSeconds }
}
