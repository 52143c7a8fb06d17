/** Whether what is written is coloured: by the conventions of no-color.org and force-color.org, else for a terminal alone. */
import type { Environment } from './config-reader.ts'

export function wantsColour(env: Environment, isTty: boolean): boolean {
  const { NO_COLOR = '', FORCE_COLOR = '', TERM } = env
  if (NO_COLOR !== '' || FORCE_COLOR === '0') return false
  return FORCE_COLOR !== '' || (isTty && TERM !== 'dumb')
}
