/**
 * Requests and what must become of them, as data: each row is walked by the decoder and by a whole connection, at once,
 * byte by byte and cut in two at every offset. The letters are sections: F framing, K chunks, L start line, H fields,
 * E Expect, C connections, U upgrades, W trace context.
 */

const HOST = 'Host: h\r\n'
const CHUNKED = `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`
const post = (fields: string, body = ''): string => `POST / HTTP/1.1\r\n${HOST}${fields}\r\n${body}`

/** Name, bytes (latin1), the status the client is told. */
export const REFUSED_REQUESTS: readonly (readonly [string, string, number])[] = [
  ['F1 CL and TE', post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'), 400],
  ['F2 two CL that differ', post('Content-Length: 5\r\nContent-Length: 6\r\n'), 400],
  ['F3 two CL alike', post('Content-Length: 5\r\nContent-Length: 5\r\n'), 400],
  ['F4 CL list', post('Content-Length: 5, 5\r\n'), 400],
  ['F5 CL +5', post('Content-Length: +5\r\n'), 400],
  ['F6 CL -1', post('Content-Length: -1\r\n'), 400],
  ['F7 CL 0x5', post('Content-Length: 0x5\r\n'), 400],
  ['F8 CL 5abc', post('Content-Length: 5abc\r\n'), 400],
  ['F9 CL empty', post('Content-Length:\r\n'), 400],
  ['F10 CL 2^64+5', post('Content-Length: 18446744073709551621\r\n'), 400],
  ['F11 CL 2^53+1', post('Content-Length: 9007199254740993\r\n'), 413],
  ['F13 CL 1_0', post('Content-Length: 1_0\r\n'), 400],
  ['F14 space before the colon', post('Content-Length : 5\r\n'), 400],
  ['F15 TE xchunked', post('Transfer-Encoding: xchunked\r\n'), 501],
  ['F16 TE chunked, gzip', post('Transfer-Encoding: chunked, gzip\r\n'), 400],
  ['F17 TE xgzip, chunked', post('Transfer-Encoding: xgzip, chunked\r\n'), 501],
  ['F17 TE gzip, gzip;q=1, chunked', post('Transfer-Encoding: gzip, gzip;q=1, chunked\r\n'), 400],
  ['F18 TE chunked, chunked', post('Transfer-Encoding: chunked, chunked\r\n'), 400],
  ['F19 two TE lines', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'), 400],
  ['F20 TE identity', post('Transfer-Encoding: identity\r\n'), 501],
  ['F21 TE ,chunked', post('Transfer-Encoding: ,chunked\r\n'), 400],
  ['F22 TE \\x0bchunked', post('Transfer-Encoding: \x0bchunked\r\n'), 400],
  ['F24 TE chunked;q=1', post('Transfer-Encoding: chunked;q=1\r\n'), 400],
  ['F25 TE on HTTP/1.0', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
  ['F26 folded TE', post('Transfer-Encoding:\r\n chunked\r\n'), 400],
  ['F27 blank before the first field', 'GET / HTTP/1.1\r\n Host: h\r\n\r\n', 400],
  ['K1 0x5', `${CHUNKED}0x5\r\n`, 400],
  ['K2 +5', `${CHUNKED}+5\r\n`, 400],
  ['K4 size and a space', `${CHUNKED}5 \r\n`, 400],
  ['K5 a space and size', `${CHUNKED} 5\r\n`, 400],
  ['K6 no size', `${CHUNKED}\r\n`, 400],
  ['K7 17 digits', `${CHUNKED}10000000000000005\r\n`, 400],
  ['K7 2^53', `${CHUNKED}20000000000000\r\n`, 400],
  ['K8 empty extension', `${CHUNKED}5;\r\n`, 400],
  ['K3 -5', `${CHUNKED}-5\r\n`, 400],
  ['K10 LF in an extension', `${CHUNKED}5;a\nb\r\n`, 400],
  ['K11 64 KiB of extension', `${CHUNKED}5;${'a'.repeat(5_000)}`, 400],
  ['K12 bare LF after the size', `${CHUNKED}5\nhello`, 400],
  ['K13 bare LF after the data', `${CHUNKED}1\r\na\n0`, 400],
  ['K14 data longer than its size', `${CHUNKED}1\r\nab\r\n`, 400],
  ['K15 CR only after the size', `${CHUNKED}5\rhello`, 400],
  ['K16 NUL in an extension', `${CHUNKED}5;a=\0\r\n`, 400],
  ['K19 forbidden trailer', `${CHUNKED}0\r\nContent-Length: 5\r\n\r\n`, 400],
  ['K19 trailer Host', `${CHUNKED}0\r\nHost: evil\r\n\r\n`, 400],
  ['K19 trailer Transfer-Encoding', `${CHUNKED}0\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
  ['K19 trailer Authorization', `${CHUNKED}0\r\nAuthorization: x\r\n\r\n`, 400],
  ['K19 trailer traceparent', `${CHUNKED}0\r\ntraceparent: x\r\n\r\n`, 400],
  ['K20 trailer without a colon', `${CHUNKED}0\r\nnope\r\n\r\n`, 400],
  ['K21 trailers without end', `${CHUNKED}0\r\nX: ${'a'.repeat(17_000)}\r\n`, 431],
  ['K22 bare LFs at the end', `${CHUNKED}0\n\n`, 400],
  ['K23 CR CR LF after the size', `${CHUNKED}5\r\r\n;x`, 400],
  ['L2 many leading lines', '\r\n\r\n\r\nGET / HTTP/1.1\r\n', 400],
  ['L3 bare LF', 'GET / HTTP/1.1\nHost: h\n\n', 400],
  ['L4 CR in a value', post('X: a\rb\r\n'), 400],
  ['L5 HTTP/0.9', 'GET /\r\n\r\n', 400],
  ['L6 HTTP/1.2', `GET / HTTP/1.2\r\n${HOST}\r\n`, 505],
  ['L7 HTTP/2.0', `GET / HTTP/2.0\r\n${HOST}\r\n`, 505],
  ['L8 HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
  ['L9 lower case', `GET / http/1.1\r\n${HOST}\r\n`, 400],
  ['L10 HTTP/01.1', `GET / HTTP/01.1\r\n${HOST}\r\n`, 400],
  ['L11 two spaces', `GET  / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['L12 tab', `GET\t/ HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['L13 space in the target', `GET /a b HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['L14 another host in the target', `GET http://evil/ HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['L15 GET *', `GET * HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['L17 CONNECT', `CONNECT h:1 HTTP/1.1\r\n${HOST}\r\n`, 405],
  ['L18 fragment', `GET /#f HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['L19 NUL in the target', `GET /\0 HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['L21 0xE9 in the target', `GET /\xe9 HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['L22 a target of 100 KB', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n${HOST}\r\n`, 414],
  ['L23 a method of 100 KB', 'A'.repeat(100_000), 501],
  ['L25 G(T', `G(T / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['L30 no slash', `GET a HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['L31 half an address', `GET http://[::1 HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['L32 TLS', '\x16\x03\x01\x02\x00', 400],
  ['L33 CR LF CR', 'GET / HTTP/1.1\r\nHost: h\r\n\rX: y\r\n\r\n', 400],
  ['L34 random bytes', '\x00\x8f\x03\xff\x91 \x07\xfe', 400],
  ['H1 no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['H2 two Host', `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`, 400],
  ['H3 userinfo', 'GET / HTTP/1.1\r\nHost: u@a\r\n\r\n', 400],
  ['H4 slash in Host', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
  ['H5 list in Host', 'GET / HTTP/1.1\r\nHost: a,b\r\n\r\n', 400],
  ['H7 space in Host', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
  ['H8 empty name', post(': x\r\n'), 400],
  ['H9 no colon', post('nope\r\n'), 400],
  ['H10 NUL', post('X: a\0b\r\n'), 400],
  ['H11 BEL', post('X: a\x07b\r\n'), 400],
  ['H13 non-ASCII name', post('X\xe9: a\r\n'), 400],
  ['H14 folded field', post('X: a\r\n b\r\n'), 400],
  ['H15 a value of 100 KB', `GET / HTTP/1.1\r\n${HOST}X: ${'a'.repeat(100_000)}\r\n\r\n`, 431],
  ['H17 5,000 fields', `GET / HTTP/1.1\r\n${HOST}${'X: a\r\n'.repeat(5_000)}\r\n`, 431],
  ['H24 a line of blanks', `GET / HTTP/1.1\r\n${HOST} \t \r\n\r\n`, 400],
  ['H20 bracket in a name', post('X[]: a\r\n'), 400],
  ['H21 Connection names Host', post('Connection: close, Host\r\n'), 400],
  ['H21 Connection names X-Forwarded-For', post('Connection: x-forwarded-for\r\n'), 400],
  ['H21 Connection names Transfer-Encoding', post('Connection: transfer-encoding\r\n'), 400],
  ['H21 Connection names Forwarded', post('Connection: forwarded\r\n'), 400],
  ['W9 Connection names traceparent', post('Connection: traceparent\r\n'), 400],
  ['E6 folded Expect', post('Expect:\r\n 100-continue\r\n'), 400],
]

export interface PassedRequest {
  readonly name: string
  readonly sent: string
  /** What the app gets, byte for byte. */
  readonly forwarded: string
}

/** A head as it is forwarded: traceparent after the fields that stay, then the framing in its one form. */
function forwarded(startLine: string, fields: string, framing = '', body = ''): string {
  return `${startLine}\r\n${fields}traceparent: T\r\n${framing}\r\n${body}`
}

function getLine(name: string, line: string): PassedRequest {
  return { name, sent: `${line}\r\n${HOST}\r\n`, forwarded: forwarded(line, HOST) }
}

function getFields(name: string, fields: string, kept = fields): PassedRequest {
  const line = 'GET / HTTP/1.1'
  return { name, sent: `${line}\r\n${fields}\r\n`, forwarded: forwarded(line, kept) }
}

function chunked(name: string, coding: string, body: string, sentBody: string): PassedRequest {
  const line = 'POST / HTTP/1.1'
  const sent = `${line}\r\n${HOST}Transfer-Encoding: ${coding}\r\n\r\n${body}`
  const framing = `Transfer-Encoding: ${coding.toLowerCase()}\r\n`
  return { name, sent, forwarded: forwarded(line, HOST, framing, sentBody) }
}

export const PASSED_REQUESTS: readonly PassedRequest[] = [
  getLine('a plain GET', 'GET /a?b HTTP/1.1'),
  {
    name: 'F12 zeros before a length',
    sent: post('Content-Length: 005\r\n', 'hello'),
    forwarded: forwarded('POST / HTTP/1.1', HOST, 'Content-Length: 5\r\n', 'hello'),
  },
  {
    name: 'E5 GET with a body',
    sent: `GET / HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\nab`,
    forwarded: forwarded('GET / HTTP/1.1', HOST, 'Content-Length: 2\r\n', 'ab'),
  },
  {
    name: 'C8 HEAD with a body',
    sent: `HEAD / HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\nab`,
    forwarded: forwarded('HEAD / HTTP/1.1', HOST, 'Content-Length: 2\r\n', 'ab'),
  },
  chunked('F17 gzip, chunked', 'gzip, chunked', '0\r\n\r\n', '0\r\n\r\n'),
  chunked('F23 ChUnKeD', 'ChUnKeD', '0\r\n\r\n', '0\r\n\r\n'),
  chunked('K17 a last chunk of many zeros', 'chunked', '0000\r\n\r\n', '0\r\n\r\n'),
  chunked('K18 trailers', 'chunked', '0\r\nX-T: 1\r\nx-u:2\r\n\r\n', '0\r\nX-T: 1\r\nx-u:2\r\n\r\n'),
  {
    name: 'L14 absolute-form on HTTP/1.0, without Host',
    sent: 'GET http://h:1/a HTTP/1.0\r\n\r\n',
    forwarded: forwarded('GET http://h:1/a HTTP/1.1', 'Host: h:1\r\n'),
  },
  getFields('A16 baggage of any size', `${HOST}baggage: ${'k=v,'.repeat(10_000)}k=v\r\n`),
  getFields('F28 Transfer_Encoding is an unknown field', `${HOST}Transfer_Encoding: chunked\r\n`),
  { ...getLine('L1 one empty line before', 'GET / HTTP/1.1'), sent: `\r\nGET / HTTP/1.1\r\n${HOST}\r\n` },
  getLine('L14 absolute-form of the same host', 'GET http://h/a HTTP/1.1'),
  getLine('L16 OPTIONS *', 'OPTIONS * HTTP/1.1'),
  getLine('L20 %00%0d%0a', 'GET /%00%0d%0a HTTP/1.1'),
  getLine('L24 an unknown method', 'FOO / HTTP/1.1'),
  getLine('L26 TRACE', 'TRACE / HTTP/1.1'),
  getLine('L27 dots and double slashes', 'GET //a/../../b HTTP/1.1'),
  getLine('L28 encoded dots and slashes', 'GET /%2e%2e%2f%5c HTTP/1.1'),
  getLine('L29 a backslash', 'GET /a\\b HTTP/1.1'),
  getFields('H6 an empty Host', 'Host:\r\n'),
  getFields('H12 obs-text', `${HOST}X: \xe9\xff\r\n`),
  getFields('H16 150 fields', `${HOST}${'X-A: b\r\n'.repeat(150)}`),
  getFields('H18 a name of 300 bytes', `${HOST}${'n'.repeat(300)}: 1\r\n`),
  getFields(
    'H19 names of Object.prototype',
    `${HOST}__proto__: 1\r\nconstructor: 2\r\nhasOwnProperty: 3\r\ntoString: 4\r\n`,
  ),
  getFields(
    'H21 Connection names a field of its own',
    `${HOST}Connection: x-a\r\nX-A: 1\r\nX-B: 2\r\n`,
    `${HOST}X-B: 2\r\n`,
  ),
  getFields('H22 an underscore', `${HOST}X_Y: 1\r\n`),
  getFields('H23 400 tabs', `${HOST}X: ${'\t'.repeat(400)}1\r\n`),
  getFields('H25 order, case, duplicates', 'hOsT: h\r\nb: 1\r\nA:2\r\nB:  3\r\n'),
  getFields('E3 another expectation', `${HOST}Expect: y 100-continue\r\n`),
  getFields('U1 Upgrade without Connection', `${HOST}Upgrade: websocket\r\n`, HOST),
  getFields('U3 h2c', `${HOST}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n`, HOST),
  {
    name: 'U4 Upgrade on HTTP/1.0',
    sent: `GET / HTTP/1.0\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    forwarded: forwarded('GET / HTTP/1.1', HOST),
  },
  getFields(
    'W3 two traceparent lines become ours',
    `${HOST}traceparent: a\r\ntraceparent: b\r\ntracestate: c\r\n`,
    HOST,
  ),
  getFields('W10 a traceparent of 10 KB', `${HOST}traceparent: ${'a'.repeat(10_000)}\r\n`, HOST),
]
