/**
 * The bill of materials of what build.ts bundles, as CycloneDX 1.6: the packages that put at least a byte into a bundle, and no
 * others. Versions and licenses are the lock file's. It holds no time and no random id: the same sources make the same bill.
 */
import type { Metafile } from 'esbuild'

export interface Component {
  readonly type: 'application' | 'library' | 'platform'
  readonly name: string
  readonly version?: string
  readonly licenses?: readonly License[]
  readonly purl?: string
  readonly cpe?: string
  readonly 'bom-ref'?: string
}

type License = { readonly license: { readonly id: string } } | { readonly expression: string }

export interface Sbom {
  readonly bomFormat: 'CycloneDX'
  readonly specVersion: '1.6'
  readonly version: 1
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
}

interface Package {
  readonly version: string
  readonly license: string
}

/** The parts of package-lock.json that are read. */
export interface Lock {
  readonly name: string
  /** By path: '' is the project, `node_modules/a/node_modules/b` a package. */
  readonly packages: Readonly<Record<string, Package>>
}

export function sbomOf(metafiles: readonly Metafile[], { name, packages }: Lock): Sbom {
  const paths = new Set(metafiles.flatMap(inputsOf).flatMap((path) => packagePath(path) ?? []))
  const components = [...paths].map((path) => component(path.replace(/^.*node_modules\//, ''), packages[path], path))
  const byRef = new Map(components.map((each) => [each['bom-ref'], each]))
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { ...component(name, packages[''], name), type: 'application' } },
    components: [...byRef].sort(([a = ''], [b = '']) => (a < b ? -1 : 1)).map(([, each]) => each),
  }
}

/** What is left after unused code has gone. */
function inputsOf({ outputs }: Metafile): string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs))
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path)
}

/** `node_modules/@a/b/node_modules/c` of `node_modules/@a/b/node_modules/c/index.js`; undefined for the project's own files. */
function packagePath(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]
}

function component(name: string, found: Package | undefined, path: string): Component {
  if (found?.license === undefined) throw new Error(`package-lock.json: no license or nothing at all of ${path}`)
  const { version, license } = found
  const purl = `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`
  const licenses = [/ (?:OR|AND|WITH) /.test(license) ? { expression: license } : { license: { id: license } }]
  return { type: 'library', name, version, licenses, purl, 'bom-ref': purl }
}
