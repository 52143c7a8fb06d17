/** The demo's settings where its user gave none, and what is said when it has started: where everything is, and what to try. */
import { TEMPLATES } from './service.ts'

/** Nobody's secrets: bodies may be kept, so that a checkout can be sent again. */
const BODY_BYTES = '16384'
const ADMIN_PORT = '4199'

export interface Wishes {
  readonly dump?: boolean
  readonly dumpFormat?: string
}

type Environment = Readonly<Record<string, string | undefined>>
type Ports = Readonly<Record<'port' | 'adminPort', string>>
type Settings = Partial<Ports> & Readonly<Record<'routes' | 'captureBodies', string>> & { readonly dump?: boolean }

/** `ports`: the usual ones, or 0 where they are taken. Without a dump unless somebody wants one: it would push the guide away. */
export function demoSettings(wishes: Wishes, env: Environment, ports: Ports): Settings {
  const isDumpWanted = [wishes.dump, wishes.dumpFormat, env.PODSPAN_DUMP, env.PODSPAN_DUMP_FORMAT].some(Boolean)
  return {
    ...(env.PORT || env.port ? {} : { port: ports.port }),
    ...(env.PODSPAN_ADMIN_PORT ? {} : { adminPort: ports.adminPort }),
    ...(env.PODSPAN_DUMP ? {} : { dump: isDumpWanted }),
    routes: env.PODSPAN_ROUTES || TEMPLATES.join(','),
    captureBodies: env.PODSPAN_CAPTURE_BODIES || BODY_BYTES,
  }
}

export interface GuideOptions {
  /** Of the sidecar. */
  readonly url: string
  /** Of its admin port; undefined when there is none. */
  readonly admin: string | undefined
  /** The shop itself, host and port. */
  readonly target: string
  /** How podspan is called here: `npx podspan`, or from a checkout. */
  readonly command: string
}

export function guide({ url, admin, target, command }: GuideOptions): readonly string[] {
  return [
    'this is the demo: a small shop, its customers, and a real sidecar before it. Something is slow, fails or streams all the time:',
    `  the shop          ${url}/`,
    ...(admin === undefined ? [] : attached(admin, command)),
    `  is all there?     ${command} check --port 0 --target ${target}`,
    'with OTEL_EXPORTER_OTLP_ENDPOINT set, traces go there too; --log pretty or --dump prints here what passes',
  ]
}

function attached(admin: string, command: string): string[] {
  const { port } = new URL(admin)
  const flag = port === ADMIN_PORT ? '' : ` --admin ${port}`
  return [
    `  the dashboard     ${admin}/`,
    `  what goes wrong   ${command} tail${flag} --where 'status>=500 || duration>1s'`,
    `  by route          ${command} top${flag}`,
    `  once more         ${command} replay${flag} ID`,
  ]
}
