/**
 * The lower-case form of field names. The usual ones are looked up: one string each for the whole process, so that the many
 * comparisons that follow are comparisons of pointers. Pure.
 */
const USUAL = [
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Accept-Ranges',
  'Access-Control-Allow-Origin',
  'Age',
  'Authorization',
  'Baggage',
  'Cache-Control',
  'Connection',
  'Content-Encoding',
  'Content-Language',
  'Content-Length',
  'Content-Security-Policy',
  'Content-Type',
  'Cookie',
  'DNT',
  'Date',
  'ETag',
  'Expect',
  'Expires',
  'Forwarded',
  'Host',
  'If-Modified-Since',
  'If-None-Match',
  'Keep-Alive',
  'Last-Modified',
  'Location',
  'Origin',
  'Pragma',
  'Priority',
  'Proxy-Connection',
  'Range',
  'Referer',
  'Sec-Fetch-Dest',
  'Sec-Fetch-Mode',
  'Sec-Fetch-Site',
  'Sec-Fetch-User',
  'Server',
  'Server-Timing',
  'Set-Cookie',
  'Strict-Transport-Security',
  'TE',
  'Traceparent',
  'Tracestate',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
  'Upgrade-Insecure-Requests',
  'User-Agent',
  'Vary',
  'Via',
  'X-Content-Type-Options',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Powered-By',
  'X-Real-IP',
  'X-Request-ID',
]

const KEYS: ReadonlyMap<string, string> = new Map(
  USUAL.flatMap((name) => {
    const key = name.toLowerCase()
    return [
      [name, key],
      [key, key],
    ] as const
  }),
)

export function keyOf(name: string): string {
  return KEYS.get(name) ?? name.toLowerCase()
}
