/**
 * Joins the admin API to what the observer has. It is loaded when somebody wants it, and what it needs of OpenTelemetry when
 * somebody asks for that: without `otel/` all else is served.
 */
import type { AdminParts, SpansJson } from '../admin/parts.ts'
import type { Config } from '../config.ts'
import type { AdminWhere, ThreadMemory } from '../handoff.ts'
import { listeningPort } from '../listening.ts'

export interface ServedAdmin extends Omit<AdminParts, 'listeningPort' | 'spansJson'> {
  readonly threads: readonly ThreadMemory[]
  /** Where an observer before this one served it. */
  readonly port: number | undefined
}

export async function serveAdmin({ threads, port, ...parts }: ServedAdmin): Promise<AdminWhere> {
  const { config, say } = parts
  const { host = '127.0.0.1', port: asked = 0 } = config.admin ?? {}
  const { startAdmin } = await import('../admin/start.ts')
  const admin = await startAdmin(
    {
      ...parts,
      listeningPort: () => threads.map(({ listening }) => listeningPort(listening)).find((each) => each !== 0) ?? 0,
      spansJson: () => loadSpansJson(config, say),
    },
    { host, port: port ?? asked },
  )
  return 'code' in admin
    ? { kind: 'no-admin', code: admin.code }
    : { kind: 'admin', host: admin.host, port: admin.port }
}

async function loadSpansJson(
  { telemetry, observation }: Config,
  say: (text: string) => void,
): Promise<SpansJson | undefined> {
  try {
    const { createSpansJson } = await import('../../otel/spans-json.ts')
    return createSpansJson(telemetry, observation)
  } catch (error) {
    say(`no spans for who asks the admin API for them: ${error}`)
    return undefined
  }
}
