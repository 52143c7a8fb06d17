/** What can be asked of inject: the one table of its flags, and the reading of them. */
import type { StreamLimits } from './stream.ts'

export interface InjectOptions {
  /** podspan's image. */
  readonly image?: string
  /** Which container is the app. */
  readonly container?: string
  /** Which of its ports, by number or name. */
  readonly appPort?: number | string
  /** Where podspan listens. */
  readonly port?: number
  readonly healthPort?: number
  readonly otlpEndpoint?: string
  /** An ordinary container, for clusters before 1.29. */
  readonly plain?: boolean
  readonly opaque?: boolean
  readonly sharedPid?: boolean
  readonly blackBox?: boolean
  /** Whether the app's own HTTP probes pass podspan. */
  readonly probes?: 'leave' | 'through'
  /** How long the app goes on when it is told to stop; 0 leaves its hooks alone. */
  readonly preStopSeconds?: number
  readonly limits: StreamLimits
}

interface Flag {
  readonly name: string
  readonly kind: 'value' | 'switch'
  readonly placeholder: string
  readonly help: string
}

export const PRE_STOP_SECONDS = 5
const PRE_STOP_SECONDS_MAX = 3_600
/** Without a capability nobody listens below. */
const PORT_MIN = 1_024
const PORT_MAX = 65_535
const IMAGE_CHARACTERS_MAX = 512

const value = (name: string, placeholder: string, help: string): Flag => ({ name, kind: 'value', placeholder, help })
const toggle = (name: string, help: string): Flag => ({ name, kind: 'switch', placeholder: '', help })

export const INJECT_FLAGS: readonly Flag[] = [
  value('image', 'IMAGE', "podspan's image (podspan)"),
  value('container', 'NAME', 'the container of the app (the only one with a port)'),
  value('app-port', 'PORT', "the app's port, by number or name (the only one)"),
  value('port', 'PORT', 'where podspan listens (8080, or the next that no pod here uses)'),
  value('health-port', 'PORT', "podspan's /healthz and /readyz (8086, or the next that no pod here uses)"),
  value('otlp-endpoint', 'URL', 'OTEL_EXPORTER_OTLP_ENDPOINT of podspan (none: it dumps on stdout)'),
  value(
    'probes',
    'WAY',
    "leave the app's HTTP probes as they are, or send them through podspan: leave, through (leave)",
  ),
  value('pre-stop', 'SECONDS', 'the app goes on for so long when it is told to stop (5); 0 for no such hook'),
  toggle('plain', 'an ordinary container in place of a native sidecar, for Kubernetes before 1.29'),
  toggle('opaque', 'for ports that speak HTTP/2, gRPC or TLS: their bytes pass unread'),
  toggle('shared-pid', "shows podspan the app's process and container: one process namespace, one user"),
  toggle('black-box', 'a black box in an emptyDir'),
  toggle('uninject', 'takes back what inject has changed'),
]

interface OptionProblem {
  readonly name: string
  readonly message: string
  readonly allowed: string
}

type Given = Readonly<Record<string, string | boolean | readonly string[]>>

/** By the names of the flags. All that is wrong is told. */
export function readInjectOptions(
  given: Given,
  limits: StreamLimits,
):
  | { readonly ok: true; readonly options: InjectOptions }
  | { readonly ok: false; readonly problems: readonly OptionProblem[] } {
  const problems: OptionProblem[] = []
  const read = <Value>(
    name: string,
    parse: (text: string) => Value | undefined,
    allowed: string,
  ): Value | undefined => {
    const text = given[name]
    if (typeof text !== 'string') return undefined
    const parsed = parse(text)
    const message = `${JSON.stringify(text.slice(0, 80))} is not understood`
    if (parsed === undefined) problems.push({ name: `--${name}`, message, allowed })
    return parsed
  }
  const ports = `a port from ${PORT_MIN} to ${PORT_MAX}`
  const values = {
    image: read('image', imageOf, 'an image such as registry.example.com/podspan:1.0'),
    container: read('container', nameOf, 'the name of a container'),
    appPort: read('app-port', appPortOf, 'a port from 1 to 65535, or the name of one'),
    port: read('port', (text) => numberOf(text, PORT_MIN, PORT_MAX), ports),
    healthPort: read('health-port', (text) => numberOf(text, PORT_MIN, PORT_MAX), ports),
    otlpEndpoint: read('otlp-endpoint', urlOf, 'an http or https URL such as http://collector:4318'),
    probes: read('probes', wayOf, 'leave, through'),
    preStopSeconds: read('pre-stop', (text) => numberOf(text, 0, PRE_STOP_SECONDS_MAX), '0 to 3600 seconds'),
  }
  if (values.port !== undefined && values.port === values.healthPort)
    problems.push({ name: '--health-port', message: 'is the same as --port', allowed: 'another port' })
  if (problems.length > 0) return { ok: false, problems }
  const there = Object.entries(values).filter(([, each]) => each !== undefined)
  const switches = {
    plain: given.plain,
    opaque: given.opaque,
    sharedPid: given['shared-pid'],
    blackBox: given['black-box'],
  }
  const on = Object.entries(switches).filter(([, each]) => each === true)
  return { ok: true, options: { ...Object.fromEntries([...there, ...on]), limits } }
}

function numberOf(text: string, min: number, max: number): number | undefined {
  const number = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN
  return number >= min && number <= max ? number : undefined
}

function nameOf(text: string): string | undefined {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text) ? text : undefined
}

function appPortOf(text: string): number | string | undefined {
  return /^[0-9]+$/.test(text) ? numberOf(text, 1, PORT_MAX) : nameOf(text)
}

function imageOf(text: string): string | undefined {
  return text.length <= IMAGE_CHARACTERS_MAX && /^[A-Za-z0-9][A-Za-z0-9._\-/:@]*$/.test(text) ? text : undefined
}

/** No dollar: Kubernetes would put variables in, and there are none that belong there. */
function urlOf(text: string): string | undefined {
  return /^https?:\/\/[!-#%-~]+$/.test(text) ? text : undefined
}

function wayOf(text: string): 'leave' | 'through' | undefined {
  return text === 'leave' || text === 'through' ? text : undefined
}
