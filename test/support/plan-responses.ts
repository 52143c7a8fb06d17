/**
 * Answers of an app and what the client must get of them, as data: rows R of the plan, walked through a whole connection at
 * once, byte by byte and cut in two at every offset. Bytes are latin1.
 */

export interface PlannedResponse {
  readonly name: string
  readonly method?: 'GET' | 'HEAD'
  readonly version?: '1.0' | '1.1'
  readonly answer: string
  /** The app closes after it. */
  readonly fin?: boolean
  /** The end of what the client gets, up to which it is compared; `break` instead of an end that would look clean. */
  readonly gets: { readonly status: number; readonly body: string; readonly end: 'open' | 'closed' | 'break' }
  /** Whether the connection to the app may serve another request. */
  readonly keepsOrigin?: boolean
  /** `error.type` of the record; complete when there is none. */
  readonly error?: string
}

const ok = (fields: string, rest = '', status = '200 OK'): string => `HTTP/1.1 ${status}\r\n${fields}\r\n${rest}`

function passes(name: string, answer: string, body: string, more: Partial<PlannedResponse> = {}): PlannedResponse {
  return { name, answer, gets: { status: 200, body, end: 'open' }, keepsOrigin: true, ...more }
}

function refused(name: string, answer: string, error: string, more: Partial<PlannedResponse> = {}): PlannedResponse {
  return { name, answer, error, gets: { status: 502, body: '', end: 'open' }, keepsOrigin: false, ...more }
}

/** The client already had the head: only a broken connection tells it that the rest is missing. */
function breaks(name: string, answer: string, error: string, more: Partial<PlannedResponse> = {}): PlannedResponse {
  return { name, answer, error, gets: { status: 200, body: '', end: 'break' }, keepsOrigin: false, ...more }
}

const CL = 'content_length_with_transfer_encoding'

export const RESPONSES: readonly PlannedResponse[] = [
  passes('Content-Length', ok('Content-Length: 2\r\n', 'ok'), 'ok'),
  passes('chunked', ok('Transfer-Encoding: chunked\r\n', '2\r\nok\r\n0\r\n\r\n'), '0\r\n\r\n'),
  passes('F17 gzip, chunked', ok('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'), '0\r\n\r\n'),
  passes('HEAD', ok('Content-Length: 9\r\n'), '', { method: 'HEAD' }),
  passes('204', ok('', '', '204 No Content'), '', { gets: { status: 204, body: '', end: 'open' } }),
  passes('304 with a length', ok('Content-Length: 9\r\n', '', '304 Not Modified'), '', {
    gets: { status: 304, body: '', end: 'open' },
  }),
  passes('an unknown status', ok('Content-Length: 0\r\n', '', '599 X'), '', {
    gets: { status: 599, body: '', end: 'open' },
  }),
  passes('no reason', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', ''),
  passes('R15b obs-text', ok('X: \xe9\r\nContent-Length: 0\r\n'), ''),
  passes('R25 HTTP/1.0 until the close', 'HTTP/1.0 200 OK\r\n\r\nok', '0\r\n\r\n', { fin: true, keepsOrigin: false }),
  passes('R25 the same to HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nok', 'ok', {
    version: '1.0',
    fin: true,
    gets: { status: 200, body: 'ok', end: 'closed' },
    keepsOrigin: false,
  }),
  passes('Connection: close', ok('Connection: close\r\nContent-Length: 2\r\n', 'ok'), 'ok', { keepsOrigin: false }),
  passes('R19 bytes after the body', ok('Content-Length: 2\r\n', 'ok!'), 'ok', { keepsOrigin: false }),
  passes('R20 a body on 204', ok('', 'ok', '204 No Content'), '', {
    gets: { status: 204, body: '', end: 'open' },
    keepsOrigin: false,
  }),
  passes('R21 a body on 304', ok('', 'ok', '304 Not Modified'), '', {
    gets: { status: 304, body: '', end: 'open' },
    keepsOrigin: false,
  }),
  passes(
    'R24 103 three times',
    `${ok('', '', '103 Early Hints').repeat(3)}${ok('Content-Length: 2\r\n', 'ok')}`,
    'ok',
    {
      gets: { status: 103, body: 'ok', end: 'open' },
    },
  ),
  refused('R1 CL and TE', ok('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n'), CL),
  refused('R2 CL x', ok('Content-Length: x\r\n'), 'bad_content_length'),
  refused('R3 two CL', ok('Content-Length: 2\r\nContent-Length: 3\r\n'), 'duplicate_content_length'),
  refused('R4 CL -1', ok('Content-Length: -1\r\n'), 'bad_content_length'),
  refused('R5 a close before the head', '', 'closed_before_head', { fin: true }),
  refused('R6 a close inside the head', 'HTTP/1.1 200 OK\r\nX:', 'closed_before_head', { fin: true }),
  refused('R9 garbage', 'hello\r\n\r\n', 'bad_status_line'),
  refused('R9 a greeting that waits for one', 'SSH-2.0-OpenSSH\r\n', 'bad_status_line'),
  refused('R10 HTTP/0.9', '<html>\r\n\r\n', 'bad_status_line'),
  refused('R11 status 99', ok('', '', '99 X'), 'bad_status_line'),
  refused('R12 status 1000', ok('', '', '1000 X'), 'bad_status_line'),
  refused('R13 a head of 300 KB', ok(`X: ${'a'.repeat(300_000)}\r\n`), 'head_too_large'),
  refused('R14 5,000 fields', ok('X: a\r\n'.repeat(5_000)), 'too_many_fields'),
  refused('R15 NUL', ok('X: a\0b\r\n'), 'bad_field_value'),
  refused('R16 CR in a value', ok('X: a\rb\r\n'), 'bare_cr'),
  refused('R17 bare LF', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n', 'bare_lf'),
  refused('R18 a folded field', ok('X: a\r\n b\r\n'), 'folded_field'),
  refused('R22 an unasked 101', ok('Connection: Upgrade\r\nUpgrade: x\r\n', '', '101 X'), 'unexpected_101'),
  refused('R23 1xx without end', ok('', '', '102 Processing').repeat(101), 'too_many_interim_responses', {
    gets: { status: 102, body: '', end: 'open' },
  }),
  refused('R26 gzip is the last coding', ok('Transfer-Encoding: gzip\r\n'), 'unknown_transfer_encoding'),
  refused('R28 an empty name', ok(': x\r\n'), 'bad_field_line'),
  refused('R29 HTTP/2.0', 'HTTP/2.0 200 OK\r\n\r\n', 'unsupported_version'),
  refused('R30 a space before the colon', ok('name : x\r\n'), 'space_before_colon'),
  refused('R31 TE on 1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 'transfer_encoding_in_http_1_0'),
  refused('F17 gzip, chunked to HTTP/1.0', ok('Transfer-Encoding: gzip, chunked\r\n'), 'transfer_coding_for_http_1_0', {
    version: '1.0',
    gets: { status: 502, body: '', end: 'closed' },
  }),
  breaks('R7 a body cut short', ok('Content-Length: 5\r\n', 'abc'), 'truncated_body', { fin: true }),
  breaks('R8 no last chunk', ok('Transfer-Encoding: chunked\r\n', '1\r\na\r\n'), 'truncated_body', { fin: true }),
  breaks('R27 a bad chunk size', ok('Transfer-Encoding: chunked\r\n', 'zz\r\n'), 'bad_chunk_size'),
  breaks(
    'R27 more data than its size',
    ok('Transfer-Encoding: chunked\r\n', '1\r\nab\r\n'),
    'chunk_longer_than_its_size',
  ),
  breaks('R8 no last chunk, to HTTP/1.0', ok('Transfer-Encoding: chunked\r\n', '1\r\na\r\n'), 'truncated_body', {
    fin: true,
    version: '1.0',
  }),
]
