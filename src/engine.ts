/**
 * How V8 is to work in a process that is podspan's own; never in somebody's program that podspan is a library of. What each
 * of these saves is in docs/performance.md. It knows no other part.
 */
import { setFlagsFromString } from 'node:v8'
import { lowerHelperThreads } from './helper-threads.ts'

export const FLAGS: readonly string[] = [
  // What the observer keeps for a moment V8 takes for long-lived and makes in old space, where it marks and sweeps all the time.
  '--no-allocation-site-pretenuring',
  // The middle one of the compilers takes 15 MiB for a moment while all gets warm, and malloc keeps them. What is hot goes to the
  // last one as well, and a request costs the same.
  '--no-maglev',
  // Young garbage is collected in a third of a millisecond by the thread that made it; calling others to help, on a core that
  // all share, is waiting for them.
  '--no-parallel-scavenge',
]

export function tuneEngine(): void {
  for (const flag of FLAGS) setFlagsFromString(flag)
  lowerHelperThreads()
}
