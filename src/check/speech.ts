/** The first bytes that somebody says to an HTTP/1.1 request → which protocol is spoken there. Pure. */

export type Speech =
  | {
      readonly kind: 'http1'
      readonly version: string
      readonly status: number
      /** By lower-case name; of several the last. */
      readonly fields: ReadonlyMap<string, string>
      /** As far as it was read, as latin1. */
      readonly body: string
    }
  | { readonly kind: 'http2' }
  | { readonly kind: 'tls' }
  | { readonly kind: 'nothing' }
  /** Something else, as far as it is printable. */
  | { readonly kind: 'other'; readonly start: string }

/** RFC 8446 §5.1: an alert or a handshake, then the version 3.x. */
const TLS_RECORDS = new Set([0x15, 0x16])
/** RFC 9113 §4.1: a frame on stream 0 whose type is SETTINGS or GOAWAY. A server sends one of them first. */
const HTTP2_FRAMES = new Set([4, 7])
const HTTP2_HEAD_BYTES = 9
/** Servers that speak TLS say so in plain HTTP to whoever speaks that: Go, nginx, Apache, HAProxy. */
const TLS_ALONE = /HTTP request (?:was sent )?to (?:an )?HTTPS (?:server|port)|speaking plain HTTP to an SSL/i
const START_CHARS_MAX = 40

export function speechOf(bytes: Buffer): Speech {
  if (bytes.length === 0) return { kind: 'nothing' }
  const text = bytes.toString('latin1')
  const line = /^HTTP\/(1\.[01]) ([1-5][0-9]{2})(?: [^\r\n]*)?\r?\n/.exec(text)
  if (line !== null) {
    const [head = '', ...rest] = text.split(/\r?\n\r?\n/)
    const body = rest.join('\r\n\r\n')
    if (TLS_ALONE.test(body)) return { kind: 'tls' }
    return { kind: 'http1', version: line[1] ?? '', status: Number(line[2]), fields: fieldsOf(head), body }
  }
  if (TLS_RECORDS.has(bytes[0] ?? 0) && bytes[1] === 3) return { kind: 'tls' }
  if (isHttp2(bytes)) return { kind: 'http2' }
  return { kind: 'other', start: inOneLine(text, START_CHARS_MAX) }
}

/** What others say is shown to people: nothing of it may be a command to their terminal. */
export function inOneLine(text: string, charsMax: number = Number.POSITIVE_INFINITY): string {
  const shown = text.replace(/[^\x21-\x7e]+/g, ' ').trim()
  return shown.length > charsMax ? `${shown.slice(0, charsMax)}...` : shown
}

function fieldsOf(head: string): Map<string, string> {
  const lines = head.split(/\r?\n/).slice(1)
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const at = line.indexOf(':')
      return at <= 0 ? [] : [[line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]]
    }),
  )
}

function isHttp2(bytes: Buffer): boolean {
  if (bytes.length < HTTP2_HEAD_BYTES || !HTTP2_FRAMES.has(bytes[3] ?? 0)) return false
  return bytes[0] === 0 && bytes.readUInt32BE(5) === 0
}
