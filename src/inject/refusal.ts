/** What forbids podspan in a pod, whatever the Services are. */
import { type App, idOf } from './app.ts'
import type { InjectOptions } from './options.ts'
import { refuseProtocolOfApp } from './protocol.ts'
import { BLACK_BOX, POD_INFO, SIDECAR } from './sidecar.ts'
import { refuseStop } from './stopping.ts'
import type { Workload } from './workload.ts'

export function refusePod(app: App, options: InjectOptions): void {
  const { workload, container } = app
  const { pod } = workload
  if (options.opaque !== true) refuseProtocolOfApp(app)
  const os = [pod.at('os', 'name'), pod.at('nodeSelector', 'kubernetes.io/os')].find((at) => at.value === 'windows')
  os?.refuse('is windows; podspan runs on Linux', 'Leave this workload out')
  refuseNames(workload)
  if (options.plain === true && workload.isJob) {
    const remedy = 'Leave --plain out: a native sidecar ends when the job does'
    pod.refuse('is of a job, which an ordinary container would keep from ending', remedy)
  }
  if (options.sharedPid === true) {
    if (pod.at('hostPID').value === true)
      pod
        .at('hostPID')
        .refuse('and shareProcessNamespace exclude each other', 'Leave one of hostPID and --shared-pid out')
    if (idOf(app, 'runAsUser') === 0)
      container.at.refuse(
        'runs as root, which podspan never does',
        'Give the app another runAsUser, or leave --shared-pid out',
      )
  }
  refuseStop(app, options)
}

function refuseNames({ pod, containers, initContainers }: Workload): void {
  const seen = new Set<string>()
  for (const { name, at } of [...initContainers, ...containers]) {
    if (name === SIDECAR) at.refuse('is called podspan and was not put there by inject', 'Take it out, or rename it')
    else if (seen.has(name)) at.refuse(`is a second container ${name}`, 'Every container of a pod has its own name')
    seen.add(name)
  }
  for (const volume of pod.at('volumes').items()) {
    const name = volume.at('name').text() ?? ''
    if ([POD_INFO, BLACK_BOX].includes(name)) volume.refuse(`has the name of podspan's own volume ${name}`, 'Rename it')
  }
}
