/** What is visible of the app's container, in words for people: what there is, why there is no more, and how to see more. Pure. */
import type { Obstacle, Sighting } from './app.ts'

export interface Visibility {
  /** One line, for the start. */
  readonly summary: string
  /** How to see more; empty when all is seen. */
  readonly advice: readonly string[]
}

export function explain(sighting: Sighting): Visibility {
  const { scope, obstacle } = sighting
  const shown = shownBy(sighting)
  if (obstacle === undefined) return { summary: shown, advice: [] }
  const why = WHY[obstacle](sighting)
  return { summary: `${shown}: ${why.cause}`, advice: scope === 'none' ? [...why.advice, POD_ADVICE] : why.advice }
}

function shownBy({ scope, process: owner, place }: Sighting): string {
  const version = place === undefined ? '' : `, cgroup ${place.version}`
  const pid = owner === undefined ? '' : ` (pid ${owner.pid}${version})`
  if (scope === 'app') return `memory and CPU are those of the app's container${pid || ` (${version.slice(2)})`}`
  if (scope === 'shared') return `memory and CPU are those of the cgroup that the app${pid} and podspan share`
  if (scope === 'pod') return `memory and CPU are those of the whole pod`
  return `no memory and CPU of the app's container, only the pod's network and the node`
}

interface Why {
  readonly cause: string
  readonly advice: readonly string[]
}

const NAME_CGROUP = 'or name its cgroup: PODSPAN_CGROUP, with a directory that podspan can read'
const NAME_IT = 'or name it: PODSPAN_TARGET_PID, or PODSPAN_CGROUP with a directory that podspan can read'
const POD_ADVICE = "the pod's own figures are seen where /sys/fs/cgroup shows the node's hierarchy"

const WHY: Readonly<Record<Obstacle, (sighting: Sighting) => Why>> = {
  'not-local': () => ({
    cause: 'the target is not on this machine',
    advice: ['run podspan in the pod of the app, with the app as its target'],
  }),
  'not-listening': () => ({
    cause: 'nobody listens on the target yet',
    advice: ['it is looked for again when the app listens'],
  }),
  'pids-not-shared': () => ({
    cause: 'the containers of the pod do not share their process ids',
    advice: ['set shareProcessNamespace: true on the pod, with the same runAsUser on both containers', NAME_CGROUP],
  }),
  'other-user': ({ appUid, ownUid }) => ({
    cause: `the app runs as uid ${appUid}, podspan as uid ${ownUid}, and only the same one may look`,
    advice: [`set runAsUser: ${appUid} on podspan's container too`, NAME_IT],
  }),
  'not-readable': ({ appUid, ownUid }) => ({
    cause:
      appUid === undefined
        ? `the descriptors of the app are hidden from podspan, which runs as uid ${ownUid}`
        : `the descriptors of the app are hidden, although it runs as uid ${ownUid} as podspan does`,
    advice: [
      'it may have more capabilities, or have been made undumpable; give both the same securityContext',
      NAME_IT,
    ],
  }),
  'no-such-pid': () => ({
    cause: 'there is no process PODSPAN_TARGET_PID here',
    advice: ['leave PODSPAN_TARGET_PID out, or set shareProcessNamespace: true so that its pid is the same here'],
  }),
  'no-such-cgroup': () => ({
    cause: 'PODSPAN_CGROUP is no cgroup that can be read here',
    advice: ['name a directory below /sys/fs/cgroup that podspan can enter, or leave it out'],
  }),
  'cgroup-not-visible': ({ process: owner }) => ({
    cause: `the process of the app (pid ${owner?.pid}) is seen, but not its cgroup`,
    advice: ['mount /sys/fs/cgroup into both containers, as runtimes do by default', NAME_IT],
  }),
}
