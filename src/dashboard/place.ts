/**
 * What the page shows, as the fragment of its address: a filter and an exchange survive a reload and can be sent to somebody.
 * The fragment is never sent to a server. Pure.
 */
export interface Place {
  readonly where: string
  /** The id of the exchange that is looked at. */
  readonly exchange?: number
}

export function placeOf(fragment: string): Place {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ''))
  const where = parameters.get('where') ?? ''
  const id = parameters.get('exchange') ?? ''
  return /^\d{1,15}$/.test(id) ? { where, exchange: Number(id) } : { where }
}

export function fragmentOf({ where, exchange }: Place): string {
  const parameters = new URLSearchParams()
  if (where !== '') parameters.set('where', where)
  if (exchange !== undefined) parameters.set('exchange', String(exchange))
  return `#${parameters}`
}
