/** Documents → the objects in them, those inside of a List too. */
import { Cursor, type Problems, type Source } from './cursor.ts'
import type { Stream } from './stream.ts'
import { isRecord, type Path, valueAt } from './value.ts'

/** Whatever the documents hold, objects or not. */
export function objectsOf(stream: Stream, problems: Problems): readonly Cursor[] {
  return stream.documents.flatMap((document) => {
    const isNothing = document.value === null || document.value === undefined
    return isNothing ? [] : objectsAt({ stream, document, place: [], label: '', problems }, document.value)
  })
}

export function isObject(root: Cursor): boolean {
  if (isRecord(root.value) && typeof root.value.kind === 'string') return true
  root.refuse('is no Kubernetes object', 'Give what kubectl apply takes: maps with apiVersion and kind')
  return false
}

function objectsAt(bare: Source, value: unknown): readonly Cursor[] {
  const root = new Cursor({ ...bare, label: labelOf(value) }, [], value)
  if (valueAt(value, ['kind']) !== 'List') return [root]
  return root
    .at('items')
    .items()
    .flatMap((item) => objectsAt({ ...bare, place: [...bare.place, ...item.path] }, item.value))
}

function labelOf(value: unknown): string {
  const textAt = (...path: Path): string => {
    const text = valueAt(value, path)
    return typeof text === 'string' ? text : ''
  }
  const namespace = textAt('metadata', 'namespace')
  const name = textAt('metadata', 'name') || textAt('metadata', 'generateName')
  return `${textAt('kind')} ${namespace === '' ? '' : `${namespace}/`}${name}`.trim()
}
