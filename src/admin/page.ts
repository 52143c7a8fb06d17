/**
 * The dashboard's files, for whoever asks for one of their paths. A package carries them beside its code; from source they are
 * made of src/dashboard/ on the first request, by a bundler that only a checkout has. It knows nothing of HTTP.
 */
import { promises } from 'node:fs'

export interface PageFile {
  readonly body: Buffer
  readonly type: string
}

interface Named {
  readonly name: string
  readonly type: string
}

const FILES: Readonly<Record<string, Named>> = {
  '/': { name: 'index.html', type: 'text/html; charset=utf-8' },
  '/app.js': { name: 'app.js', type: 'text/javascript; charset=utf-8' },
  '/icon.svg': { name: 'icon.svg', type: 'image/svg+xml' },
  '/app.css': { name: 'app.css', type: 'text/css; charset=utf-8' },
}

const IS_SOURCE = import.meta.url.endsWith('.ts')

let made: Promise<ReadonlyMap<string, Buffer>> | undefined

/** Undefined: the dashboard has no such file. */
export async function pageOf(path: string): Promise<PageFile | undefined> {
  const file = Object.hasOwn(FILES, path) ? FILES[path] : undefined
  if (file === undefined) return undefined
  made ??= IS_SOURCE ? bundled() : packaged()
  const body = (await made).get(file.name)
  return body === undefined ? undefined : { body, type: file.type }
}

async function packaged(): Promise<ReadonlyMap<string, Buffer>> {
  const names = Object.values(FILES).map(({ name }) => name)
  const read = names.map(
    async (name) => [name, await promises.readFile(new URL(`dashboard/${name}`, import.meta.url))] as const,
  )
  return new Map(await Promise.all(read))
}

async function bundled(): Promise<ReadonlyMap<string, Buffer>> {
  const { bundleDashboard } = await import('../../bundle-dashboard.ts')
  return (await bundleDashboard()).files
}
