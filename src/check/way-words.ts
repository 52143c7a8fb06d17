/** A canary that got no answer → at which step of the way it was lost, in words, and what to do. Pure. */

import type { Way } from './approach.ts'
import type { Asked } from './ask.ts'
import { type Backend, hostOf, variable } from './backend.ts'
import { NO_TIME } from './dial.ts'
import { type Finding, failed, warning } from './finding.ts'
import { clientFinding, isAboutClient, tlsFinding } from './tls-words.ts'

const PORTS = 'OTLP usually listens on 4318 for http/protobuf and http/json, and on 4317 for grpc'
const LOCALHOST =
  "Collector and Jaeger listen on their own localhost unless told otherwise: endpoint: 0.0.0.0:4318 in the receiver's configuration"

export function wayFinding(backend: Backend, way: Way): Finding {
  if (way.step === 'name') return nameFinding(backend, way.code)
  if (way.step === 'connect') return connectFinding(backend, way)
  if (way.step === 'tls') return tlsFinding(backend, way)
  if (isAboutClient(way.asked.code)) return clientFinding(backend, way.asked.code ?? '')
  return arrivedFinding(backend, way.asked)
}

function nameFinding(backend: Backend, code: string): Finding {
  const name = new URL(backend.settings.endpoint ?? '').hostname
  const isTimeless = code === NO_TIME || code === 'EAI_AGAIN'
  return failed(
    backend.signal,
    isTimeless
      ? `nobody resolves the name ${name}: DNS does not answer (${code})`
      : `the name ${name} is not known to DNS (${code})`,
    isTimeless
      ? "look at the pod's DNS: a NetworkPolicy may forbid port 53"
      : 'check its spelling; across namespaces it is NAME.NAMESPACE or NAME.NAMESPACE.svc',
  )
}

function connectFinding(backend: Backend, { code, addresses }: Extract<Way, { step: 'connect' }>): Finding {
  const host = hostOf(backend)
  const at = addresses.includes(new URL(backend.settings.endpoint ?? '').hostname) ? '' : ` (${addresses.join(', ')})`
  if (code === 'ECONNREFUSED') return failed(backend.signal, `nobody listens on ${host}${at}`, PORTS, LOCALHOST)
  if (code === NO_TIME)
    return failed(
      backend.signal,
      `${host}${at} does not answer: what is sent there vanishes`,
      'look for a firewall, a NetworkPolicy, or a wrong address',
    )
  return failed(backend.signal, `there is no way to ${host}${at}: ${code}`, 'look at the network, and at the address')
}

/** What is spoken there is not what was wanted, or it is, and the request failed all the same. */
function arrivedFinding(backend: Backend, { speech, code }: Asked): Finding {
  const { signal, settings } = backend
  const host = hostOf(backend)
  const isGrpc = settings.protocol === 'grpc'
  if (speech.kind === 'tls')
    return failed(signal, `${host} speaks TLS, and the endpoint says http`, 'write https:// in the endpoint')
  if (speech.kind === 'http2' && !isGrpc)
    return failed(
      signal,
      `${host} speaks HTTP/2 alone: it is a port for gRPC (4317), and ${settings.protocol} was sent`,
      `${variable(backend, 'PROTOCOL')}=grpc, or the port for HTTP, usually 4318`,
    )
  if (speech.kind === 'http1' && isGrpc)
    return failed(
      signal,
      `${host} speaks HTTP/1.1: it is no port for gRPC; OTLP over HTTP usually has 4318`,
      `${variable(backend, 'PROTOCOL')}=http/protobuf, or the port for gRPC, usually 4317`,
    )
  if (speech.kind === 'other')
    return failed(signal, `${host} speaks no HTTP; it said ${JSON.stringify(speech.start)}`, PORTS)
  if (speech.kind === 'nothing')
    return code === undefined || code === NO_TIME
      ? failed(
          signal,
          `${host} takes connections and answers nothing`,
          'it may be overloaded, or something in between may swallow what is sent',
          PORTS,
        )
      : failed(signal, `${host} takes connections and resets them (${code})`, PORTS)
  return unclear(backend)
}

/** The way is clear, and the transport has its own reason. */
function unclear(backend: Backend): Finding {
  const { signal, sent } = backend
  const host = hostOf(backend)
  if (sent.reason === NO_TIME)
    return failed(
      signal,
      `${host} answers, but not to what was sent, in the time there was`,
      "see the collector's own log; it may be overloaded",
    )
  if (/ServerName to an IP address/.test(sent.reason))
    return failed(
      signal,
      'gRPC over TLS needs a name: it cannot go to an IP address',
      'write a name into the endpoint that the certificate has',
    )
  const grpc = /^14 UNAVAILABLE: (?!No connection)(.*)/s.exec(sent.reason)
  if (grpc !== null)
    return warning(
      signal,
      `${host} is there, and does not take it now: ${grpc[1]}`,
      'podspan keeps what it has and tries again',
    )
  return failed(signal, `${host} could be reached, and yet: ${sent.reason}`)
}
