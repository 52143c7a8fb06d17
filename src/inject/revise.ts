/** New values for some objects of a stream → its new text, proved: it is read again and must say what was meant, and nothing else. */
import { problemAt, type Source } from './cursor.ts'
import { isJson, layoutOf } from './layout.ts'
import { applyEdits, type Edit, rewrite, type Site } from './rewrite.ts'
import { offsetOf, type PositionOf, readStream, type Stream, type StreamDocument, type StreamLimits } from './stream.ts'
import { type Path, sameValue, withValue } from './value.ts'

export interface Revision {
  readonly source: Source
  readonly value: unknown
  readonly raws: ReadonlyMap<Path, string>
}

export interface Revised {
  readonly text: string
  /** From places in the new text to places for people. */
  readonly positionOf: PositionOf
}

/**
 * Undefined where the text could not be changed safely: the problems of the sources say why. What stood somewhere once may not fit there
 * any more, as when YAML has become JSON: then it is written anew.
 */
export function revise(stream: Stream, revisions: readonly Revision[], limits: StreamLimits): Revised | undefined {
  if (revisions.length === 0) return stream
  const plain = revisions.map((each) => ({ ...each, raws: new Map() }))
  const attempts = revisions.some(({ raws }) => raws.size > 0) ? [revisions, plain] : [plain]
  for (const attempt of attempts) {
    const { edits, values, isRefused } = editsOf(stream, attempt)
    if (isRefused) return undefined
    const text = applyEdits(stream.text, edits, layoutOf(stream.text, null).newline)
    if (saysWhatWasMeant(text, stream, values, limits))
      return { text, positionOf: (offset) => stream.positionOf(before(edits, offset)) }
  }
  for (const { source } of revisions) source.problems.add(problemAt(source, [], ...UNSAFE))
  return undefined
}

interface Edits {
  readonly edits: readonly Edit[]
  /** As the documents shall read. */
  readonly values: ReadonlyMap<StreamDocument, unknown>
  readonly isRefused: boolean
}

function editsOf(stream: Stream, revisions: readonly Revision[]): Edits {
  const values = new Map<StreamDocument, unknown>()
  const edits: Edit[] = []
  let isRefused = false
  const fail = (): void => {
    isRefused = true
  }
  for (const [document, own] of Map.groupBy(revisions, ({ source }) => source.document)) {
    const value = own.reduce((all, each) => withValue(all, each.source.place, each.value), document.value)
    values.set(document, value)
    edits.push(...rewriteDocument(stream, document, own, value, fail))
  }
  return { edits, values, isRefused }
}

const UNSAFE = [
  'is written so that it cannot be changed without changing more',
  'End the file with a newline and give maps the plain form, `key: value`',
] as const

function rewriteDocument(
  stream: Stream,
  document: StreamDocument,
  own: readonly Revision[],
  value: unknown,
  fail: () => void,
): Edit[] {
  const raws = own.flatMap(({ source, raws }) =>
    [...raws].map(([path, raw]) => [JSON.stringify([...source.place, ...path]), raw] as const),
  )
  const refuse: Site['refuse'] = (path, at, message, remedy) => {
    fail()
    const { line, col } = stream.positionOf(offsetOf(at))
    const owner = own.find(({ source }) => source.place.every((key, index) => path[index] === key)) ?? own[0]
    const object = owner?.source.label ?? ''
    owner?.source.problems.add({ document: document.number, object, line, column: col, message, remedy })
  }
  const { text } = stream
  const layout = layoutOf(text, document.root.contents)
  const site = { text, layout, isJson: isJson(text), aliased: document.aliased, raws: new Map(raws), refuse }
  return rewrite(site, document.root.contents, document.value, value)
}

function saysWhatWasMeant(
  text: string,
  { documents }: Stream,
  values: ReadonlyMap<StreamDocument, unknown>,
  limits: StreamLimits,
): boolean {
  const read = readStream(text, { ...limits, injectBytesMax: Number.POSITIVE_INFINITY })
  if (!read.ok || read.stream.documents.length !== documents.length) return false
  return documents.every((document, index) => {
    const meant = values.has(document) ? values.get(document) : document.value
    return sameValue(meant, read.stream.documents[index]?.value)
  })
}

/** Where a place of the new text was in the old one. */
function before(edits: readonly Edit[], offset: number): number {
  let shift = 0
  for (const { at, end, text } of edits.toSorted((a, b) => a.at - b.at)) {
    const start = at + shift
    if (offset < start) break
    if (offset < start + text.length) return at
    shift += text.length - (end - at)
  }
  return offset - shift
}
