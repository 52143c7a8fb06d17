/** The configuration as it may be shown: every value that can be a secret is gone, whatever setting it belongs to. Pure. */

const MASK = 'REDACTED'
/** Whatever stands below such a name is somebody's to keep. */
const SECRET_NAME = /headers|token|secret|password|passwd|credential|authorization|api_?-?key/i

/** A copy in which values below a secret name, and what an address says of people and in its query, are masked. */
export function masked(value: unknown, isSecret = false): unknown {
  if (Array.isArray(value)) return value.map((each) => masked(each, isSecret))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, masked(each, isSecret || SECRET_NAME.test(name))]),
    )
  if (typeof value !== 'string') return value
  return isSecret ? MASK : withoutSecrets(value)
}

/** An address without userinfo, and without the values of its query. */
function withoutSecrets(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/gi, `$1${MASK}@`)
    .replace(/^([a-z][a-z0-9+.-]*:\/\/[^?#]*)[?#].*$/is, `$1?${MASK}`)
}
