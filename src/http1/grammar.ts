/** The grammar of RFC 9110 and 9112 as data. Strings are latin1: one character is one byte. */

/** RFC 9110 §5.6.2. */
const TCHAR = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]"
export const TOKEN: RegExp = new RegExp(`^${TCHAR}+$`)
/** RFC 9112 §3: single spaces only; a lenient reader here is how two readers come to disagree. */
export const REQUEST_LINE: RegExp = new RegExp(`^(${TCHAR}+) ([!-~]+) HTTP/([0-9])\\.([0-9])$`)
/** RFC 9112 §4: the reason may be empty, and some origins leave out the space before it too. */
export const STATUS_LINE: RegExp = /^HTTP\/([0-9])\.([0-9]) ([1-9][0-9]{2})(?: ([\t -~\x80-\xff]*))?$/
/** RFC 9112 §5: no white space before the colon, none before the name. */
export const FIELD_LINE: RegExp = new RegExp(`^(${TCHAR}+):[\\t ]*([\\s\\S]*?)[\\t ]*$`)
/** RFC 9110 §5.5: HTAB, SP, VCHAR and obs-text. NUL, CR and LF cut lines in two for somebody. */
export const FIELD_VALUE: RegExp = /^[\t -~\x80-\xff]*$/
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
