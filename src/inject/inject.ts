/** Kubernetes YAML or JSON → the same with podspan in its pods, and back. Pure: text in, text and notes out. */
import { type App, findApp } from './app.ts'
import { Problems, problemAt } from './cursor.ts'
import type { Draft } from './draft.ts'
import { isObject, objectsOf } from './objects.ts'
import type { InjectOptions } from './options.ts'
import { planPod } from './pod.ts'
import { choosePorts } from './ports.ts'
import type { InjectProblem } from './problem.ts'
import { refusePod } from './refusal.ts'
import { type Revised, type Revision, revise } from './revise.ts'
import { findWays, planRoute, planService, readService, tellOfPolicies, tellOfServicesElsewhere } from './service.ts'
import { readStream, type Stream, type StreamLimits } from './stream.ts'
import { undo } from './undo.ts'
import { hasPods, readWorkload, type Workload } from './workload.ts'

export type Injected =
  | { readonly ok: true; readonly text: string; readonly notes: readonly string[] }
  | { readonly ok: false; readonly problems: readonly InjectProblem[] }

/** What was injected before is taken out first: so the same options change nothing, and others take the place of the old ones. */
export function inject(text: string, options: InjectOptions): Injected {
  const bare = takeOut(text, options.limits)
  if (!bare.ok) return bare
  const read = readStream(bare.text, options.limits, bare.positionOf)
  if (!read.ok) return read
  const problems = new Problems()
  const notes = [...bare.notes]
  const drafts = plan(read.stream, options, notes, problems)
  const revisions = drafts.map((draft) => ({ source: draft.source, value: draft.finish(), raws: new Map() }))
  const isPossible = problems.all().length === 0
  const revised = isPossible ? revise(read.stream, revisions, options.limits) : undefined
  return revised === undefined ? { ok: false, problems: problems.all() } : { ok: true, text: revised.text, notes }
}

export function uninject(text: string, limits: StreamLimits): Injected {
  const bare = takeOut(text, limits)
  if (!bare.ok) return bare
  return { ok: true, text: bare.text, notes: bare.isChanged ? bare.notes : ['nothing was injected here'] }
}

type TakenOut =
  | (Revised & { readonly ok: true; readonly notes: readonly string[]; readonly isChanged: boolean })
  | { readonly ok: false; readonly problems: readonly InjectProblem[] }

function takeOut(text: string, limits: StreamLimits): TakenOut {
  const read = readStream(text, limits)
  if (!read.ok) return read
  const problems = new Problems()
  const notes: string[] = []
  const revisions = objectsOf(read.stream, problems).flatMap((root): Revision[] => {
    const undone = undo(root)
    notes.push(...(undone?.notes ?? []))
    return undone === undefined ? [] : [{ source: root.source, ...undone }]
  })
  const revised = problems.all().length > 0 ? undefined : revise(read.stream, revisions, limits)
  if (revised === undefined) return { ok: false, problems: problems.all() }
  return { ok: true, ...revised, notes, isChanged: revisions.length > 0 }
}

function plan(stream: Stream, options: InjectOptions, notes: string[], problems: Problems): readonly Draft[] {
  const objects = objectsOf(stream, problems).filter(isObject)
  const workloads = objects.flatMap((root) => readWorkload(root) ?? [])
  const services = objects.flatMap((root) => readService(root) ?? [])
  const apps = findApps(stream, workloads, options, notes, problems)
  for (const app of apps) refusePod(app, options)
  const ports = choosePorts(workloads, apps, options)
  const ways = findWays(services, workloads, apps, options)
  for (const root of objects.filter((each) => readWorkload(each) === undefined && hasPods(each)))
    notes.push(`${root.source.label}: is of a kind that inject does not know, and stays as it is`)
  if (problems.all().length > 0) return []
  const pods = apps.map((app) => planPod(app, ports, options, notes))
  for (const app of apps) tellOfServicesElsewhere(app, ways, ports.listen, notes)
  for (const root of objects) tellOfPolicies(root, apps, ports.listen, notes)
  return [
    ...pods,
    ...ways.map((way) => planService(way, ports.listen, notes)),
    ...objects.flatMap((root) => planRoute(root, ways, ports.listen, notes) ?? []),
  ]
}

/** A workload without a port stays as it is when another has one; when none has, that is what is wrong. */
function findApps(
  stream: Stream,
  workloads: readonly Workload[],
  options: InjectOptions,
  notes: string[],
  problems: Problems,
): readonly App[] {
  const found = workloads.map((workload) => ({ workload, app: findApp(workload, options) }))
  const apps = found.flatMap(({ app }) => (typeof app === 'object' ? [app] : []))
  const without = found.flatMap(({ workload, app }) => (typeof app === 'string' ? [{ workload, why: app }] : []))
  if (apps.length > 0)
    notes.push(...without.map(({ workload, why }) => `${workload.root.source.label}: stays as it is, for it ${why}`))
  else
    for (const { workload, why } of without)
      workload.pod.refuse(why, 'Name its port with --app-port, and its container with --container')
  if (workloads.length === 0) refuseNothing(stream, problems)
  return apps
}

function refuseNothing(stream: Stream, problems: Problems): void {
  const [document] = stream.documents
  const message = 'there is no workload in the input'
  const remedy = 'Give a Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob, Pod or Knative Service'
  if (document === undefined) problems.add({ document: 1, object: '', line: 1, column: 1, message, remedy })
  else problems.add(problemAt({ stream, document, place: [], label: '', problems }, [], message, remedy))
}
