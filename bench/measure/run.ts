/** What every measurement is given: who takes part, where they find each other, and where the numbers go. */
import type { Case } from '../load/cases.ts'
import { freePort, PROXY_CORES, type Program, startProgram } from '../subjects/program.ts'
import type { Subject, Surroundings } from '../subjects/subjects.ts'
import type { Figures } from './figures.ts'

/**
 * What budgets are about is measured so many times as often as all else: on a machine that is shared a second is off by more than a
 * budget has to spare, and one bad second of three would decide.
 */
export const OFTEN = 3

export interface Run {
  readonly subjects: readonly Subject[]
  readonly cases: readonly Case[]
  readonly rounds: number
  readonly seconds: number
  readonly around: Surroundings
  readonly figures: Figures
  /** Spans that the collector has got so far. */
  readonly spans: () => number | undefined
  /** A line for whoever waits. */
  readonly say: (text: string) => void
}

export interface Extras {
  readonly env?: Readonly<Record<string, string>>
  readonly around?: Partial<Surroundings>
}

/** On the proxy's core. Subjects that are not installed have been left out before. */
export async function start(run: Run, subject: Subject, { env, around }: Extras = {}): Promise<Program> {
  const port = await freePort()
  const launch = subject.launch(port, { ...run.around, ...around })
  if (launch === undefined) throw new Error(`${subject.key} is not there: ${subject.get}`)
  return startProgram(port, { ...launch, env: { ...launch.env, ...env }, cores: PROXY_CORES })
}

/** All of them at once: idle ones cost next to nothing, and rounds can go from one to the other. */
export async function startAll(run: Run, extras?: Extras): Promise<Map<Subject, Program>> {
  const programs = new Map<Subject, Program>()
  for (const subject of run.subjects) programs.set(subject, await start(run, subject, extras))
  return programs
}

export async function stopAll(programs: ReadonlyMap<Subject, Program>): Promise<void> {
  await Promise.all([...programs.values()].map((program) => program.stop()))
}

/** Another one is first in every round, so that nobody always follows the same neighbour's garbage. */
export function turned<T>(items: readonly T[], round: number): T[] {
  const by = items.length === 0 ? 0 : round % items.length
  return [...items.slice(by), ...items.slice(0, by)]
}
