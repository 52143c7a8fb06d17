/**
 * The filter language: `status>=500 && path^="/api" && duration>100ms` → a test of exchanges, or what was wrong and where.
 * One language for the terminal, the admin API and the dashboard.
 *
 *   or   = and *( "||" and )
 *   and  = not *( "&&" not )
 *   not  = "!" not / "(" or ")" / field [ operator value ]
 *
 * It has no regular expressions, which can be made to run for ever.
 */
import type { Exchange } from '../exchange.ts'
import { printable } from '../printable.ts'
import { FIELDS, type Field } from './fields.ts'
import { nearest } from './nearest.ts'
import { isThere, KINDS, OPERATORS, type Operator, testOf } from './operators.ts'

type Matches = (exchange: Exchange) => boolean

export interface FilterError {
  readonly message: string
  /** Counts from 1; one past the end where something is missing. */
  readonly column: number
}

export type ParsedFilter = { readonly ok: true; readonly matches: Matches } | ({ readonly ok: false } & FilterError)

/** Far more than a person writes; a URL has room for it. */
export const FILTER_LENGTH_MAX = 2_000
/** Parentheses and `!` within each other: each is a call on the stack. */
export const FILTER_DEPTH_MAX = 32

const SPACE = /\s/
/** More than a field has, so that what was meant as one name is shown as one. */
const NAME = /[A-Za-z0-9_.-]/
const FIELD_BY_NAME: ReadonlyMap<string, Field> = new Map(FIELDS.map((field) => [field.name.toLowerCase(), field]))
const FIELD_NAMES = FIELDS.map(({ name }) => name)
/** In quotes there may be any. */
const BARE = /[^\s"'&|()!<>=^$*\\]/
/** What begins an operator, here or elsewhere. */
const OPERATIVE = /[=~:^$*<>?%+/]/
/** What other languages write, and what it is here. */
const STRANGE: readonly (readonly [RegExp, string])[] = [
  [/^[!=]?~/, 'there are no regular expressions: ^= asks for the beginning, $= for the end, *= for a part'],
  [/^=/, '= alone is no operator: == compares'],
]

/** An empty filter matches every exchange. */
export function parseFilter(text: string): ParsedFilter {
  if (text.length > FILTER_LENGTH_MAX) {
    const message = `a filter has at most ${FILTER_LENGTH_MAX} characters, and this one ${text.length}`
    return { ok: false, message, column: FILTER_LENGTH_MAX + 1 }
  }
  if (text.trim() === '') return { ok: true, matches: () => true }
  const parser = new Parser(text)
  const matches = parser.whole()
  return parser.error === undefined ? { ok: true, matches } : { ok: false, ...parser.error }
}

/** For a terminal: the message, and a caret under the column. What was written is shown in printable ASCII. */
export function filterErrorText(text: string, { message, column }: FilterError): string {
  const from = Math.max(0, column - 1 - SHOWN_BEFORE)
  const before = (from > 0 ? '...' : '') + printable(text.slice(from, column - 1))
  const rest = text.slice(column - 1)
  const after = printable(rest.slice(0, SHOWN_AFTER)) + (rest.length > SHOWN_AFTER ? '...' : '')
  return `${message}\n  ${before}${after}\n  ${' '.repeat(before.length)}^`
}

const SHOWN_BEFORE = 60
const SHOWN_AFTER = 40

/** Goes through the text once. After the first error it is at the end, and asks nothing any more. */
class Parser {
  readonly #text: string
  #at = 0
  #depth = 0
  error: FilterError | undefined

  constructor(text: string) {
    this.#text = text
  }

  whole(): Matches {
    const matches = this.#or()
    if (this.#isAtEnd()) return matches
    const closes = this.#text[this.#at] === ')'
    return this.#fail(closes ? 'nothing is open that ) could close' : `&& or || should come here${this.#hint()}`)
  }

  #or(): Matches {
    const any = [this.#and()]
    while (this.#takes('||')) any.push(this.#and())
    return any.length === 1 ? (any[0] as Matches) : (exchange) => any.some((matches) => matches(exchange))
  }

  #and(): Matches {
    const all = [this.#not()]
    while (this.#takes('&&')) all.push(this.#not())
    return all.length === 1 ? (all[0] as Matches) : (exchange) => all.every((matches) => matches(exchange))
  }

  #not(): Matches {
    if (this.#takes('!')) {
      const matches = this.#within(() => this.#not())
      return (exchange) => !matches(exchange)
    }
    if (!this.#takes('(')) return this.#comparison()
    const openedAt = this.#at
    const matches = this.#within(() => this.#or())
    return this.#takes(')') ? matches : this.#fail(`) is missing: ( at column ${openedAt} is still open`)
  }

  #within(parse: () => Matches): Matches {
    if (this.#depth === FILTER_DEPTH_MAX) return this.#fail(`more than ${FILTER_DEPTH_MAX} ( and ! within each other`)
    this.#depth++
    const matches = parse()
    this.#depth--
    return matches
  }

  #comparison(): Matches {
    const field = this.#field()
    if (field === undefined) return NEVER
    const operatorAt = this.#skipSpace()
    const operator = OPERATORS.find((each) => this.#takes(each))
    if (operator === undefined) return this.#strange(field) ?? ((exchange) => isThere(field.of(exchange)))
    const { operators } = KINDS[field.kind]
    if (!operators.includes(operator)) {
      return this.#fail(`${field.name} has no ${operator}: it has ${operators.join(' ')}`, operatorAt)
    }
    return this.#against(field, operator)
  }

  #field(): Field | undefined {
    const at = this.#skipSpace()
    const name = this.#while(NAME)
    const field = FIELD_BY_NAME.get(name.toLowerCase())
    if (field !== undefined) return field
    const all = `Fields: ${FIELD_NAMES.join(', ')}`
    const meant = nearest(name, FIELD_NAMES)
    if (name === '') this.#fail(`a field should come here. ${all}`, at)
    else this.#fail(`${quoted(name)} is no field${meant ? `; did you mean ${meant}?` : '.'} ${all}`, at)
    return undefined
  }

  /** Undefined: nothing that wants to be an operator stands here. */
  #strange({ name, kind }: Field): Matches | undefined {
    const rest = this.#text.slice(this.#at, this.#at + 2)
    const [, why] = STRANGE.find(([pattern]) => pattern.test(rest)) ?? []
    if (why !== undefined) return this.#fail(why)
    if (!OPERATIVE.test(rest[0] ?? '')) return undefined
    return this.#fail(`${rest[0]} is no operator: ${name} has ${KINDS[kind].operators.join(' ')}`)
  }

  #against(field: Field, operator: Operator): Matches {
    const at = this.#skipSpace()
    const text = this.#value()
    if (text === undefined) return NEVER
    const test = testOf(field, operator, text)
    if (test !== undefined) return (exchange) => test(field.of(exchange))
    const meant = nearest(text, field.values ?? [])
    const allowed = field.values?.join(', ') ?? KINDS[field.kind].values
    return this.#fail(
      `${quoted(text)} is nothing ${field.name} can be${meant ? `; did you mean ${meant}?` : '.'} Allowed: ${allowed}`,
      at,
    )
  }

  /** Undefined when there is none; it is said. */
  #value(): string | undefined {
    const quote = this.#text[this.#at]
    if (quote === '"' || quote === "'") return this.#quotedValue(quote)
    const bare = this.#while(BARE)
    if (bare !== '') return bare
    this.#fail(
      this.#isAtEnd()
        ? 'a value should come here'
        : `a value should come here; quotes for what has ${quoted(quote ?? '')} in it`,
    )
    return undefined
  }

  /** A backslash takes the next character as it is. */
  #quotedValue(quote: string): string | undefined {
    const openedAt = this.#at++
    let value = ''
    for (let letter = this.#text[this.#at]; letter !== undefined; letter = this.#text[++this.#at]) {
      if (letter === quote) {
        this.#at++
        return value
      }
      value += letter === '\\' ? (this.#text[++this.#at] ?? '') : letter
    }
    this.#fail(`the ${quote} that opens here is never closed`, openedAt)
    return undefined
  }

  /** What people write who think of another language. */
  #hint(): string {
    const word = /^(?:and|or|not|in|like|[&|])/i.exec(this.#text.slice(this.#at, this.#at + 4))?.[0]
    return word === undefined ? '' : `, not ${word}`
  }

  #takes(token: string): boolean {
    this.#skipSpace()
    if (!this.#text.startsWith(token, this.#at)) return false
    this.#at += token.length
    return true
  }

  #while(kind: RegExp): string {
    const start = this.#at
    while (this.#at < this.#text.length && kind.test(this.#text[this.#at] ?? '')) this.#at++
    return this.#text.slice(start, this.#at)
  }

  #skipSpace(): number {
    this.#while(SPACE)
    return this.#at
  }

  #isAtEnd(): boolean {
    return this.#skipSpace() === this.#text.length
  }

  /** The first one counts. */
  #fail(message: string, at: number = this.#at): Matches {
    this.error ??= { message, column: at + 1 }
    this.#at = this.#text.length
    return NEVER
  }
}

const NEVER: Matches = () => false

function quoted(text: string): string {
  return `"${printable(text.length > 40 ? `${text.slice(0, 40)}...` : text)}"`
}
