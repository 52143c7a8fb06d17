/** What a filter can do with a field: operators by kind, and how the value beside one is read. It knows no grammar. */
import type { Field, FieldValue, Kind } from './fields.ts'

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '^=' | '$=' | '*='
export type Test = (value: FieldValue) => boolean

/** Longer ones before those that they begin with. */
export const OPERATORS: readonly Operator[] = ['==', '!=', '<=', '>=', '^=', '$=', '*=', '<', '>']

const NUMERIC: readonly Operator[] = ['==', '!=', '<', '<=', '>', '>=']
const TEXTUAL: readonly Operator[] = ['==', '!=', '^=', '$=', '*=']

/** What each kind of field can be compared by, and with what. */
export const KINDS: Readonly<Record<Kind, { readonly operators: readonly Operator[]; readonly values: string }>> = {
  status: { operators: NUMERIC, values: 'a number such as 404, or with == and != a class such as 5xx' },
  count: { operators: NUMERIC, values: 'a whole number' },
  duration: { operators: NUMERIC, values: 'a time such as 100us, 20ms, 1.5s, 2m or 1h; ms where no unit is given' },
  size: { operators: NUMERIC, values: 'a size such as 512, 10k, 64KiB or 2MiB' },
  text: { operators: TEXTUAL, values: 'a text; capitals count' },
  word: { operators: TEXTUAL, values: 'a text; capitals do not count' },
  flag: { operators: ['==', '!='], values: 'true or false; or the field alone' },
}

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['us', 0.001],
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
])
const UNIT_BYTES: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['k', 1_000],
  ['kb', 1_000],
  ['kib', 1_024],
  ['m', 1_000_000],
  ['mb', 1_000_000],
  ['mib', 1_048_576],
])

/** Undefined: the value is none for this field. */
export function testOf(field: Field, operator: Operator, text: string): Test | undefined {
  const { kind } = field
  if (kind === 'text') return textTest(operator, text)
  if (kind === 'word') return wordTest(field, operator, text)
  if (kind === 'flag') return flagTest(operator, text.toLowerCase())
  if (kind === 'status' && /^[1-9]xx$/i.test(text)) return classTest(operator, Number(text[0]))
  return numberTest(operator, numberOf(kind, text.toLowerCase()))
}

/** What a field alone asks: that there is something. */
export function isThere(value: FieldValue): boolean {
  return Boolean(value)
}

/** What is not there is equal to nothing, and neither more nor less. */
function numberTest(operator: Operator, wanted: number): Test | undefined {
  if (Number.isNaN(wanted)) return undefined
  if (operator === '==') return (value) => value === wanted
  if (operator === '!=') return (value) => value !== wanted
  const holds = ORDER[operator]
  return holds && ((value) => typeof value === 'number' && holds(value, wanted))
}

const ORDER: Readonly<Partial<Record<Operator, (value: number, wanted: number) => boolean>>> = {
  '<': (value, wanted) => value < wanted,
  '<=': (value, wanted) => value <= wanted,
  '>': (value, wanted) => value > wanted,
  '>=': (value, wanted) => value >= wanted,
}

function textTest(operator: Operator, wanted: string): Test | undefined {
  if (operator === '==') return (value) => value === wanted
  if (operator === '!=') return (value) => value !== wanted
  const holds = PARTS[operator]
  return holds && ((value) => typeof value === 'string' && holds(value, wanted))
}

const PARTS: Readonly<Partial<Record<Operator, (value: string, wanted: string) => boolean>>> = {
  '^=': (value, wanted) => value.startsWith(wanted),
  '$=': (value, wanted) => value.endsWith(wanted),
  '*=': (value, wanted) => value.includes(wanted),
}

function wordTest({ values }: Field, operator: Operator, text: string): Test | undefined {
  const wanted = text.toLowerCase()
  const isWhole = operator === '==' || operator === '!='
  if (isWhole && values !== undefined && !values.includes(wanted)) return undefined
  const test = textTest(operator, wanted)
  return test && ((value) => test(typeof value === 'string' ? value.toLowerCase() : value))
}

function flagTest(operator: Operator, text: string): Test | undefined {
  if (text !== 'true' && text !== 'false') return undefined
  const wanted = (text === 'true') === (operator === '==')
  return (value) => value === wanted
}

function classTest(operator: Operator, hundred: number): Test | undefined {
  const isOf: Test = (value) => typeof value === 'number' && Math.floor(value / 100) === hundred
  if (operator === '==') return isOf
  return operator === '!=' ? (value) => !isOf(value) : undefined
}

function numberOf(kind: Kind, text: string): number {
  const match = /^([0-9]{1,15}(?:\.[0-9]{1,9})?)([a-z]*)$/.exec(text)
  const [, digits = '', unit = ''] = match ?? []
  if (digits === '' || ((kind === 'status' || kind === 'count') && !/^[0-9]+$/.test(text))) return Number.NaN
  const factor = kind === 'duration' ? UNIT_MS.get(unit) : UNIT_BYTES.get(unit)
  return factor === undefined ? Number.NaN : Number(digits) * factor
}
