/** The paths of an OpenAPI document, as templates. Its parser is large: loaded by import() where there is one. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

interface Document {
  readonly paths?: Readonly<Record<string, unknown>>
  readonly servers?: readonly { readonly url?: unknown }[]
  /** OpenAPI 2. */
  readonly basePath?: unknown
}

/** YAML or JSON, which is YAML too. Throws what is wrong with the file. */
export function openapiTemplates(file: string): readonly string[] {
  const document: Document | null = parse(readFileSync(file, 'utf8'))
  const paths = document?.paths
  if (document === null || typeof paths !== 'object' || paths === null) throw new Error('it has no paths')
  const bases = basesOf(document)
  return Object.keys(paths)
    .filter((path) => path.startsWith('/'))
    .flatMap((path) => bases.map((base) => base + path))
}

/** What stands before the paths: the paths of the servers' URLs. */
function basesOf({ servers, basePath }: Document): readonly string[] {
  const urls = (servers ?? []).map(({ url }) => (typeof url === 'string' ? url : '/'))
  const bases = [...urls.map(pathOf), ...(typeof basePath === 'string' ? [basePath] : [])]
  const trimmed = bases.map((base) => base.replace(/\/+$/, ''))
  return trimmed.length === 0 ? [''] : [...new Set(trimmed)]
}

function pathOf(url: string): string {
  return URL.canParse(url, 'http://server') ? new URL(url, 'http://server').pathname : '/'
}
