/** What a measuring run needs before it can start: programs, a folder, the bundle. Says what is missing and how to get it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findCommand } from './subjects/program.ts'

const ROOT = join(import.meta.dirname, '..')
/** sysexits.h: usage. */
const EXIT_USAGE = 64
/** nginx is the app that answers, and what all is compared with. */
const NEEDED = [
  ['nginx', 'nginx-light'],
  ['wrk', 'wrk'],
  ['taskset', 'util-linux'],
]

/** Gone when the process ends. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'podspan-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function requireCommands(): void {
  for (const [name = '', packageName] of NEEDED) {
    if (findCommand(name) === undefined)
      fail(`${name} is not there, and nothing can be measured: apt-get install ${packageName}`)
  }
}

/** The entry of a fresh bundle: that is what production runs. */
export function buildPodspan(folder: string): string {
  const directory = join(folder, 'dist')
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'build.ts'), directory], { encoding: 'utf8' })
  if (status !== 0) fail(`the bundle cannot be built:\n${stderr}`)
  return join(directory, 'main.js')
}

export function fail(text: string): never {
  console.error(`bench: ${text}`)
  process.exit(EXIT_USAGE)
}
