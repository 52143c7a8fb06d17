/**
 * An exchange as a command for a shell. People paste it as it is, so every text of the traffic stands in quotes that nothing in it
 * can leave, in printable ASCII. Pure.
 */
import type { Exchange } from '../exchange.ts'
import { urlOf } from './har.ts'

/** Undefined: there was no request. */
export function curlOf({ request }: Exchange): string | undefined {
  if (request === undefined) return undefined
  const { method, userAgent, headers = {}, bytes } = request
  const fields = { ...(userAgent !== undefined && { 'user-agent': [userAgent] }), ...headers }
  const words = [
    // As it was sent: no globs, no dots taken out.
    'curl -i -g --path-as-is',
    ...(method === 'GET' ? [] : method === 'HEAD' ? ['--head'] : [`-X ${quoted(method)}`]),
    ...Object.entries(fields).flatMap(([name, values]) => values.map((value) => `-H ${quoted(`${name}: ${value}`)}`)),
    `--url ${quoted(urlOf(request))}`,
  ]
  const note = bytes > 0 ? `# its body of ${bytes} bytes is not here\n` : ''
  return `${note}${words.join(' \\\n  ')}\n`
}

/**
 * Single quotes hold all but themselves, and to fish a backslash before one: these two stand in double quotes, which every shell
 * reads alike. Where a text has more than printable ASCII, the form with escapes.
 */
function quoted(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text))
    return `'${text.replace(/['\\]/g, (each) => `'"${each === '\\' ? '\\\\' : each}"'`)}'`
  const escaped = [...Buffer.from(text)].map((byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, '0')}`,
  )
  return `$'${escaped.join('')}'`
}
