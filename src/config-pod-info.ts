/**
 * What the downward API says of the pod: its labels and annotations, as files in one folder. By the rules of the
 * OpenTelemetry Operator, an annotation `resource.opentelemetry.io/NAME` is the resource attribute NAME, and the recommended
 * labels name the service.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ANNOTATION = 'resource.opentelemetry.io/'
/** Attribute → labels, first found wins. */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  'service.name': ['app.kubernetes.io/instance', 'app.kubernetes.io/name'],
  'service.version': ['app.kubernetes.io/version'],
}

/** Resource attributes, annotations before labels. Files that are not there say nothing. */
export function readPodInfo(folder: string): Readonly<Record<string, string>> {
  const labels = parsed(textOf(join(folder, 'labels')))
  const annotations = parsed(textOf(join(folder, 'annotations')))
  const attributes: Record<string, string> = {}
  for (const [attribute, names] of Object.entries(LABELS)) {
    const value = names.map((name) => labels.get(name)).find((label) => label !== undefined && label !== '')
    if (value !== undefined) attributes[attribute] = value
  }
  for (const [name, value] of annotations) {
    const attribute = name.slice(ANNOTATION.length)
    if (name.startsWith(ANNOTATION) && attribute !== '' && attribute !== '__proto__') attributes[attribute] = value
  }
  return attributes
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Lines of `name="value"`, the value quoted as in Go, whose escapes of such texts are those of JSON. */
function parsed(text: string): Map<string, string> {
  const pairs = new Map<string, string>()
  for (const line of text.split('\n')) {
    const at = line.indexOf('=')
    const value = unquoted(line.slice(at + 1))
    if (at > 0 && value !== undefined) pairs.set(line.slice(0, at), value)
  }
  return pairs
}

function unquoted(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
