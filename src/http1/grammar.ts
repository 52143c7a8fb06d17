/** The grammar of RFC 9110 and 9112 as data. Strings are latin1: one character is one byte. */

/** RFC 9110 §5.6.2. */
const TCHAR = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]"
/** Which bytes belong to a set, 1 for each. Heads are scanned with these: matching expressions line by line measured 3 times as long. */
export type ByteSet = Readonly<Uint8Array>
export const IS_TCHAR: ByteSet = setOf(TCHAR)
/** Of a request-target: what is printable and no space (RFC 9112 §3). */
export const IS_TARGET_CHAR: ByteSet = setOf('[!-~]')
/** RFC 9110 §5.5: HTAB, SP, VCHAR and obs-text. NUL, CR and LF cut lines in two for somebody. */
export const IS_FIELD_CHAR: ByteSet = setOf('[\\t -~\\x80-\\xff]')
/** RFC 9112 §4: the reason may be empty, and some origins leave out the space before it too. */
export const STATUS_LINE: RegExp = /^HTTP\/([0-9])\.([0-9]) ([1-9][0-9]{2})(?: ([\t -~\x80-\xff]*))?$/
/** RFC 9112 §2.3. */
export const HTTP_VERSION: RegExp = /^HTTP\/([0-9])\.([0-9])$/
export const DIGITS: RegExp = /^[0-9]+$/
/** RFC 3986 host with optional port; userinfo, spaces, slashes and lists are not a Host. */
export const HOST: RegExp = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~!$&'()*+;=%]*)(?::[0-9]*)?$/
export const ABSOLUTE_FORM: RegExp = /^https?:\/\/([^/?#]+)(?:[/?].*)?$/i
/** RFC 9112 §7.1: size, then optional extensions of which each has a name. */
export const CHUNK_LINE: RegExp = new RegExp(
  `^([0-9A-Fa-f]{1,16})((?:[\\t ]*;[\\t ]*${TCHAR}+(?:[\\t ]*=[\\t ]*(?:${TCHAR}+|"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*"))?)*)$`,
)

/** The elements of a comma list, trimmed and lower case, empty ones left out (RFC 9110 §5.6.1). */
export function listOf(value: string): string[] {
  return value
    .split(',')
    .map((element) => element.replace(/^[\t ]+|[\t ]+$/g, '').toLowerCase())
    .filter((element) => element !== '')
}

/** Where the first character that is not in the set stands, at most `end`. */
export function spanEnd(set: ByteSet, text: string, from: number, end: number): number {
  let at = from
  while (at < end && set[text.charCodeAt(at)] === 1) at++
  return at
}

function setOf(characters: string): ByteSet {
  const member = new RegExp(characters)
  return Uint8Array.from({ length: 256 }, (_, byte) => (member.test(String.fromCharCode(byte)) ? 1 : 0))
}
