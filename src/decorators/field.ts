/**
 * What may stand in a head that a decorator writes. A CR or LF that got into a name, a value or a target would be a second
 * header, or a second response (response splitting), so nothing a decorator gives goes out without passing here.
 */
import type { Field } from '../http1/message.ts'

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** RFC 9110 §5.5, and the reason-phrase of RFC 9112 §4: visible characters, obs-text, space and tab; each one byte. */
const TEXT = /^[\t\x20-\x7e\x80-\xff]*$/
/** RFC 9112 §3.2: no white space in a request-target. */
const TARGET = /^[\x21-\x7e\x80-\xff]+$/

export function isToken(text: string): boolean {
  return typeof text === 'string' && TOKEN.test(text)
}

export function isText(text: string): boolean {
  return typeof text === 'string' && TEXT.test(text)
}

export function isTarget(text: string): boolean {
  return typeof text === 'string' && TARGET.test(text)
}

/** A field of this name and value, or what is wrong with them, for people. */
export function makeField(name: string, value: string): Field | string {
  if (!isToken(name)) return `${JSON.stringify(name)} is not a field name`
  if (!isText(value)) return `the value of ${name} holds a character that no field may hold (RFC 9110 §5.5)`
  const trimmed = value.replace(/^[ \t]+|[ \t]+$/g, '')
  return { name, key: name.toLowerCase(), value: trimmed, line: `${name}: ${trimmed}` }
}
