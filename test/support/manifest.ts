/** What kustomize makes of a folder of manifests, read as a kubelet reads it: containers, their variables, probes and hooks. */
import { execFileSync } from 'node:child_process'
import { parseAllDocuments } from 'yaml'
import { programPath } from './backends.ts'

const ROOT = new URL('../..', import.meta.url).pathname

export interface Manifest {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly template: { readonly metadata: { readonly labels: object }; readonly spec: PodSpec } }
}
interface PodSpec {
  readonly initContainers?: readonly ManifestContainer[]
  readonly containers: readonly ManifestContainer[]
}
export interface ManifestContainer {
  readonly name: string
  readonly restartPolicy?: string
  readonly args: readonly string[]
  readonly env: readonly { name: string; value?: string; valueFrom?: { fieldRef: { fieldPath: string } } }[]
  readonly startupProbe: {
    readonly failureThreshold: number
    readonly httpGet?: { readonly path: string; readonly port: number }
    readonly exec?: { readonly command: readonly string[] }
  }
  readonly lifecycle: {
    readonly preStop: { readonly sleep?: { seconds: number }; readonly exec?: { command: string[] } }
  }
}

/** What the downward API says of the pod. */
export const FIELDS: Readonly<Record<string, string>> = {
  'metadata.name': 'shop-7d9f',
  'metadata.namespace': 'shops',
  'metadata.uid': '8f0c6c2e-3e9a-4d5e-9a53-0f4a1f6c7b11',
  'spec.nodeName': 'node-3',
}

/** The Deployment or the Job of a folder. */
export function workload(folder: string): Manifest {
  const text = execFileSync(programPath('kustomize'), ['build', folder], { cwd: ROOT, encoding: 'utf8' })
  const objects = parseAllDocuments(text).map((document) => document.toJS())
  return objects.find(({ kind }) => kind === 'Deployment' || kind === 'Job')
}

export const named = ({ spec }: Manifest, name: string): ManifestContainer => {
  const all = [...(spec.template.spec.initContainers ?? []), ...spec.template.spec.containers]
  const found = all.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no container ${name}`)
  return found
}

export const environmentOf = ({ env }: ManifestContainer): Record<string, string> =>
  Object.fromEntries(
    env.map(({ name, value, valueFrom }) => [name, value ?? FIELDS[valueFrom?.fieldRef.fieldPath ?? ''] ?? '']),
  )
