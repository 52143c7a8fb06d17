/** The one table of settings: option, variables, and what they mean. The help text and the reader both come from it. */

export interface CliOptions {
  readonly port?: string
  readonly target?: string
  readonly host?: string
  readonly healthPort?: string
  readonly adminPort?: string
  readonly opaque?: boolean
  readonly dump?: boolean
  readonly dumpFull?: boolean
  readonly dumpFormat?: string
  readonly dumpEvery?: string
  readonly log?: string
  readonly push?: string
  readonly captureBodies?: string
  readonly ring?: string
  readonly decorators?: readonly string[]
  readonly threads?: string
  readonly drain?: string
  readonly minDrain?: string
  readonly waitForApp?: string
  readonly readyPath?: string
  readonly sampleEvery?: string
  readonly targetPid?: string
  readonly cgroup?: string
  readonly slow?: string
  readonly blackBox?: string
  readonly headBytes?: string
  readonly forwarding?: string
  readonly limit?: readonly string[]
  readonly spool?: string
  readonly egress?: string
  readonly distrust?: boolean
  readonly sampling?: string
  readonly appInstrumented?: boolean
  readonly trustedHops?: string
  readonly routes?: string
  readonly openapi?: string
  readonly podInfo?: string
}

export interface Setting {
  readonly option: keyof CliOptions
  readonly kind: 'value' | 'switch' | 'list'
  readonly placeholder: string
  /** The first one is the name the reader knows it by. */
  readonly variables: readonly string[]
  readonly help: string
}

function setting(
  option: keyof CliOptions,
  kind: Setting['kind'],
  placeholder: string,
  variables: readonly string[],
  help: string,
): Setting {
  return { option, kind, placeholder, variables, help }
}

/** `dumpEvery` as people write it: `dump-every`. */
export function flagName(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

export const SETTINGS: readonly Setting[] = [
  setting('port', 'value', 'PORT', ['PORT', 'port'], 'where clients connect (8080)'),
  setting(
    'target',
    'value',
    'TARGET',
    ['PODSPAN_TARGET', 'TARGET_PORT', 'target_port'],
    'the service: port, host:port, http URL or unix:/path',
  ),
  setting('host', 'value', 'ADDRESS', ['PODSPAN_HOST'], 'the address to listen on (0.0.0.0)'),
  setting('healthPort', 'value', 'PORT', ['PODSPAN_HEALTH_PORT'], '/healthz and /readyz on this port (off)'),
  setting(
    'adminPort',
    'value',
    'PORT',
    ['PODSPAN_ADMIN_PORT'],
    'dashboard and admin API on this port of the loopback (4199); off for none',
  ),
  setting('opaque', 'switch', '', ['PODSPAN_OPAQUE'], 'pass bytes through unread (TLS, HTTP/2)'),
  setting('dump', 'switch', '', ['PODSPAN_DUMP'], 'dump on stdout (on when there is no OTLP endpoint); --no-dump'),
  setting(
    'dumpFormat',
    'value',
    'FORMAT',
    ['PODSPAN_DUMP_FORMAT'],
    'history (by endpoint) or ndjson (a line a request)',
  ),
  setting('dumpFull', 'switch', '', ['PODSPAN_DUMP_FULL'], 'the whole history each time'),
  setting('dumpEvery', 'value', 'TIME', ['PODSPAN_DUMP_EVERY'], 'time between dumps (5s)'),
  setting(
    'log',
    'value',
    'FORMAT',
    ['PODSPAN_LOG'],
    'pretty: a line a request on stdout, at once, in place of the dump',
  ),
  setting('push', 'value', 'URL', ['PODSPAN_PUSH'], "posts the dump and the container's figures there, as JSON (none)"),
  setting('ring', 'value', 'COUNT', ['PODSPAN_RING'], 'how many requests are remembered (1000)'),
  setting('decorators', 'list', 'FILE', ['PODSPAN_DECORATORS'], 'a module of decorators; may be given again'),
  setting('threads', 'value', 'COUNT', ['PODSPAN_THREADS'], 'data threads, to use more than one core (1)'),
  setting('drain', 'value', 'TIME', ['PODSPAN_DRAIN'], 'time to finish what is under way on SIGTERM (15s)'),
  setting(
    'minDrain',
    'value',
    'TIME',
    ['PODSPAN_MIN_DRAIN'],
    'new clients are let in at least this long after SIGTERM (0s)',
  ),
  setting(
    'waitForApp',
    'value',
    'TIME',
    ['PODSPAN_WAIT_FOR_APP'],
    'how long requests wait for a service that has never listened yet (0s: 502 at once)',
  ),
  setting(
    'readyPath',
    'value',
    'PATH',
    ['PODSPAN_READY_PATH'],
    "/readyz asks the service too, at this path (only podspan's own readiness)",
  ),
  setting('sampleEvery', 'value', 'TIME', ['PODSPAN_SAMPLE_EVERY'], 'time between looks at memory and CPU (1s)'),
  setting('targetPid', 'value', 'PID', ['PODSPAN_TARGET_PID'], "the app's process (whoever listens on the target)"),
  setting('cgroup', 'value', 'FOLDER', ['PODSPAN_CGROUP'], "the app's cgroup (that of its process)"),
  setting('slow', 'value', 'TIME', ['PODSPAN_SLOW'], 'slower requests carry what the container did (p95 by route)'),
  setting('blackBox', 'value', 'FILE', ['PODSPAN_BLACK_BOX'], 'a file that survives a crash: podspan dump FILE (none)'),
  setting(
    'forwarding',
    'value',
    'FIELDS',
    ['PODSPAN_FORWARDING'],
    'add this hop to via, forwarded, x-forwarded-for (none)',
  ),
  setting('spool', 'value', 'FOLDER', ['PODSPAN_SPOOL'], 'keeps telemetry that could not be delivered (none)'),
  setting('limit', 'list', 'NAME=VALUE', ['PODSPAN_LIMITS'], 'any bound of docs/limits.md, such as headMs=10s'),
  setting(
    'egress',
    'value',
    'HOSTS',
    ['PODSPAN_EGRESS'],
    'before what the app calls, on these hosts; in place of --target',
  ),
  setting('sampling', 'value', 'RULES', ['PODSPAN_SAMPLING'], 'ratios by path: /static/*=0.01 (health checks: 0)'),
  setting('distrust', 'switch', '', ['PODSPAN_DISTRUST'], "begin new traces, linked to the caller's"),
  setting('appInstrumented', 'switch', '', ['PODSPAN_APP_INSTRUMENTED'], 'the app makes spans of its own'),
  setting(
    'trustedHops',
    'value',
    'COUNT',
    ['PODSPAN_TRUSTED_HOPS'],
    'proxies in front whose Forwarded is believed (0)',
  ),
  setting('routes', 'value', 'TEMPLATES', ['PODSPAN_ROUTES'], 'http.route: /users/{id}, /files/{path...}'),
  setting('openapi', 'value', 'FILE', ['PODSPAN_OPENAPI'], 'http.route from the paths of an OpenAPI document'),
  setting(
    'captureBodies',
    'value',
    'BYTES',
    ['PODSPAN_CAPTURE_BODIES'],
    'keeps request bodies up to this in memory, for podspan replay (0)',
  ),
  setting('podInfo', 'value', 'FOLDER', ['PODSPAN_POD_INFO'], 'labels and annotations (/etc/podinfo)'),
  setting('headBytes', 'value', 'BYTES', ['PODSPAN_HEAD_BYTES'], 'the largest request or response head (65536)'),
]
