/** Keys and certificates that live as long as the test: an authority, and what it signs. Made by openssl. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificates {
  /** Of the authority. */
  readonly caFile: string
  readonly ca: Buffer
  /** For these names (`DNS:localhost`, `IP:127.0.0.1`); `days` may be -1: it has expired. */
  sign(names: string, days?: number): SignedCertificate
  remove(): void
}

export interface SignedCertificate {
  readonly key: Buffer
  readonly cert: Buffer
  readonly keyFile: string
  readonly certFile: string
}

export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'podspan-certificates-'))
  const at = (name: string): string => join(folder, name)
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const makeKey = (file: string): void => openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file)
  makeKey('ca.key')
  openssl(
    'req',
    '-x509',
    '-new',
    '-key',
    'ca.key',
    '-subj',
    '/CN=An authority of the test',
    '-days',
    '2',
    '-out',
    'ca.pem',
  )
  let count = 0
  return {
    caFile: at('ca.pem'),
    ca: readFileSync(at('ca.pem')),
    sign(names, days = 2) {
      const name = `signed-${++count}`
      const [keyFile, certFile] = [at(`${name}.key`), at(`${name}.pem`)]
      makeKey(keyFile)
      writeFileSync(at('extensions'), `subjectAltName=${names}\n`)
      openssl('req', '-new', '-key', keyFile, '-subj', '/CN=signed', '-out', 'request')
      const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'extensions']
      openssl('x509', '-req', '-in', 'request', ...signer, '-days', String(days), '-out', certFile)
      return { keyFile, certFile, key: readFileSync(keyFile), cert: readFileSync(certFile) }
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}
