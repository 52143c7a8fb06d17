/** Pressure stall information, https://docs.kernel.org/accounting/psi.html → seconds. Pure. */
import { countOf, lineOf } from './proc.ts'
import type { Pressure, Pressures } from './sample.ts'

/** Asks for the text of `cpu`, `memory` and `io`; a kernel without PSI, or one that has it switched off, has none. */
export function pressuresOf(read: (resource: keyof Pressures) => string | undefined): Pressures {
  const [cpu, memory, io] = [parsePressure(read('cpu')), parsePressure(read('memory')), parsePressure(read('io'))]
  return { ...(cpu && { cpu }), ...(memory && { memory }), ...(io && { io }) }
}

/** Lines `some avg10=0.00 avg60=0.00 avg300=0.00 total=12`, then the same of `full`; totals in microseconds. */
export function parsePressure(text: string | undefined): Pressure | undefined {
  const total = (kind: string): number | undefined =>
    countOf(/\btotal=(\d+)$/.exec(lineOf(text, `${kind} `) ?? '')?.[1])
  const [some, full] = [total('some'), total('full')]
  if (some === undefined) return undefined
  return full === undefined ? { someSeconds: some / 1e6 } : { someSeconds: some / 1e6, fullSeconds: full / 1e6 }
}
