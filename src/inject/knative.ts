/** Knative sends requests to the one container with a port, and allows probes there alone: that is podspan now. */
import type { App } from './app.ts'
import type { Draft } from './draft.ts'

export function planKnative({ container, port }: App, draft: Draft, say: (note: string) => void): void {
  if (container.at.at('ports').isThere) draft.set([...container.at.path, 'ports'], null)
  for (const name of ['readinessProbe', 'livenessProbe', 'startupProbe']) {
    if (!container.at.at(name).isThere) continue
    draft.set([...container.at.path, name], null)
    say(`the ${name} of container ${container.name} passes podspan`)
  }
  // Knative says it to the container with the port alone.
  const isTold = container.at
    .at('env')
    .items()
    .some((each) => each.at('name').value === 'PORT')
  if (!isTold) draft.append([...container.at.path, 'env'], { name: 'PORT', value: String(port) })
  if (!container.at.at('readinessProbe').isThere)
    say(
      'without a readinessProbe Knative sends requests before the app listens, and they wait for it 10 s at most: give it one',
    )
}

/** The app's probes without their ports: Knative takes its own. */
export function knativeProbes({ container }: App): Readonly<Record<string, unknown>> {
  const names = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const
  return Object.fromEntries(
    names.flatMap((name) => {
      const probe = container.at.at(name)
      return probe.isThere ? [[name, withoutPort(probe.value)] as const] : []
    }),
  )
}

function withoutPort(probe: unknown): unknown {
  const entries = Object.entries(probe as Readonly<Record<string, object>>).map(([kind, action]) => {
    const { port: _, ...rest } = { port: 0, ...action }
    return [kind, kind === 'httpGet' || kind === 'tcpSocket' ? rest : action] as const
  })
  return Object.fromEntries(entries)
}
