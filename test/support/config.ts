/** Settings as readConfig makes them, with what a test wants to be otherwise. */
import { type CliOptions, type Config, readConfig } from '../../src/config.ts'

/** No admin port unless it is asked for: others on this machine may have it. */
export function configOf(options: CliOptions, changes: Partial<Config> = {}, env: Record<string, string> = {}): Config {
  const read = readConfig({ adminPort: 'off', ...options }, env, { hostname: 'pod-1', version: '1.2.3' })
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return { ...read.config, ...changes }
}
