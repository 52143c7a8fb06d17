/** A handshake that failed → what was wrong and what to do. Pure. */
import type { Way } from './approach.ts'
import { type Backend, hostOf, variable } from './backend.ts'
import { type Finding, failed } from './finding.ts'

type Failed = Extract<Way, { step: 'tls' }>

const UNKNOWN_ISSUER = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])
/** Alerts of a server that asked for a certificate and got none, or none that it knows. */
const CLIENT_UNKNOWN = /CERTIFICATE_REQUIRED|ALERT_(?:BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN)|HANDSHAKE_FAILURE/

export function isAboutClient(code: string | undefined): boolean {
  return code !== undefined && CLIENT_UNKNOWN.test(code)
}

export function tlsFinding(backend: Backend, { code, certificate, plain }: Failed): Finding {
  const { signal } = backend
  const host = hostOf(backend)
  if (isAboutClient(code)) return clientFinding(backend, code)
  if (certificate === undefined) {
    if (plain?.speech.kind === 'http1' || plain?.speech.kind === 'http2')
      return failed(
        signal,
        `${host} does not speak TLS, and the endpoint says https`,
        'write http:// in the endpoint, or give the collector a certificate',
      )
    return failed(signal, `no TLS with ${host}: ${code}`, 'is this the port where the collector takes TLS?')
  }
  const { names, issuer, validFrom, validTo } = certificate
  if (UNKNOWN_ISSUER.has(code))
    return failed(
      signal,
      `the certificate of ${host} comes from an authority that is not known here (${issuer})`,
      `${variable(backend, 'CERTIFICATE')}, or OTEL_EXPORTER_OTLP_CERTIFICATE, names a PEM file with that authority's certificate`,
    )
  if (code === 'CERT_HAS_EXPIRED')
    return failed(
      signal,
      `the certificate of ${host} has expired (${validTo})`,
      'renew it; if it is new, look at the clock here',
    )
  if (code === 'CERT_NOT_YET_VALID')
    return failed(
      signal,
      `the certificate of ${host} is not valid yet (from ${validFrom})`,
      'look at the clock here, and at that of whoever made it',
    )
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return failed(
      signal,
      `the certificate of ${host} is for other names: ${names.join(', ')}`,
      'use one of these in the endpoint, or have the name added',
    )
  return failed(signal, `the certificate of ${host} is not accepted: ${code}`)
}

export function clientFinding(backend: Backend, code: string): Finding {
  const files = `${variable(backend, 'CLIENT_CERTIFICATE')} and ${variable(backend, 'CLIENT_KEY')}`
  return failed(
    backend.signal,
    `${hostOf(backend)} asks for a certificate of ours, and takes ${backend.settings.tls?.cert === undefined ? 'no' : 'not this'} one (${code})`,
    `${files}, or the same without the signal's name, name PEM files with one that it knows`,
  )
}
