/** What a backend says for people, of the body of its answer, as long as it is: a secret that is cut would not be known. Pure. */
import { inOneLine } from './speech.ts'

/** Of what it says, once its secrets are gone. */
export const SAID_CHARS_MAX = 200
/** Of a google.rpc.Status, which is OTLP's form of an error: the message, field 2. */
const MESSAGE_TAG = 0x12

export function saidBy(body: Buffer, contentType: string): string {
  if (contentType.includes('protobuf')) return inOneLine(messageOf(body) ?? '')
  const text = body.toString('latin1')
  if (!contentType.includes('html')) return inOneLine(text)
  return inOneLine(/<title>([^<]*)/i.exec(text)?.[1] ?? '')
}

function messageOf(body: Buffer): string | undefined {
  // Field 1, the code, is a varint of one byte and may be left out.
  const at = body[0] === 0x08 ? 2 : 0
  const length = body[at + 1] ?? 0
  if (body[at] !== MESSAGE_TAG) return undefined
  // A length of two bytes is more than is shown.
  return length < 0x80 ? body.toString('latin1', at + 2, at + 2 + length) : body.toString('latin1', at + 3)
}

/** Backends may repeat what they were sent. Short secrets hide nothing and would blot out words. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .flatMap((secret) => [secret, ...secret.split(/\s+/)])
    .filter((secret) => secret.length >= 4)
    .toSorted((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
}
