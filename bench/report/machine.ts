/** Where the numbers come from: another machine gives others, and mostly the same ratios. */
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { findCommand, firstLine, LOAD_CORES, PROXY_CORES } from '../subjects/program.ts'

const GIB = 2 ** 30
const PEERS = join(import.meta.dirname, '../peers')

/** Of what takes part: a line a program. */
export function versions(podspan: string): string[] {
  const asked = [
    ['nginx', '-v'],
    ['haproxy', '-v'],
    ['wrk', '-v'],
  ].flatMap(([name = '', flag = '']) => {
    const command = findCommand(name)
    return command === undefined ? [`${name}: not installed`] : [firstLine(command, flag)]
  })
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(join(PEERS, 'package.json'), 'utf8'),
  )
  const packages = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`)
  return [`podspan ${podspan}`, `Node ${process.version}`, ...asked, ...packages]
}

export function machine(): string[] {
  return [
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${Math.round(totalmem() / GIB)} GiB`,
    `Linux ${release()}`,
    `proxies on core ${PROXY_CORES}; the load, the app and the collector on ${LOAD_CORES}`,
  ]
}
