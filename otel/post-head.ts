/** The head of every POST to a backend, all but its length. Pure. */
import { parseFields } from '../src/http1/fields.ts'
import { type Field, field, linesOf } from '../src/http1/message.ts'
import type { Limits } from '../src/limits.ts'

export interface PostHead {
  readonly url: URL
  /** The user's own. */
  readonly headers: Readonly<Record<string, string>>
  readonly gzip: boolean
  readonly contentType: string
  readonly userAgent: string
  readonly limits: Limits
}

/** RFC 9110 §5.5: what may stand around a value and is no part of it. */
const OUTER_SPACE = /^[\t ]+|[\t ]+$/g

/** What says how the message is to be read is not for the user to say. */
const OURS: ReadonlySet<string> = new Set([
  'user-agent',
  'content-type',
  'content-encoding',
  'content-length',
  'transfer-encoding',
  'connection',
])

/** Throws, in words for people, where something of it cannot be sent. */
export function postHead({ url, headers, gzip, contentType, userAgent, limits }: PostHead): string {
  const given = Object.entries(headers)
    .map(([name, value]) => checked(name, value, limits))
    .filter(({ key }) => !OURS.has(key))
  const isGiven = (name: string): boolean => given.some(({ key }) => key === name)
  const fields = [
    ...(isGiven('host') ? [] : [field('Host', url.host)]),
    ...(url.username === '' || isGiven('authorization') ? [] : [field('Authorization', basic(url))]),
    ...given,
    field('User-Agent', userAgent),
    field('Content-Type', contentType),
    ...(gzip ? [field('Content-Encoding', 'gzip')] : []),
  ]
  return `POST ${url.pathname}${url.search} HTTP/1.1\r\n${linesOf(fields)}`
}

/** Read by the rules by which everybody's are: whatever could be two fields, or none, is refused. Its value may be a secret. */
function checked(name: string, value: string, limits: Limits): Field {
  const read = parseFields(`${name}: ${value}`, limits)
  const [one] = 'kind' in read ? [] : read
  // A line end behind the value ends the line, and would be left out in silence.
  const isWhole = one?.name === name && one.value === value.replace(OUTER_SPACE, '')
  if (one === undefined || 'kind' in read || read.length !== 1 || !isWhole)
    throw new Error(`the header ${JSON.stringify(name)} cannot be sent: its name or its value is none of HTTP`)
  return one
}

/** RFC 7617. */
function basic({ username, password }: URL): string {
  try {
    const told = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    return `Basic ${Buffer.from(told).toString('base64')}`
  } catch {
    throw new Error('the user name or the password in the URL is no text')
  }
}
