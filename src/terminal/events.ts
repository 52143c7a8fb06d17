/** Lines of a `text/event-stream` (WHATWG HTML §9.2.6) → its events, of which each has JSON as its data. */
import { parsed } from './admin-client.ts'
import { LINE_LENGTH_MAX } from './bounds.ts'

/** Answers, for each line, whether it can be of such a stream; `take` does for each event. */
export function eventLines(take: (event: string, data: object) => boolean): (line: string) => boolean {
  let event = ''
  let data = ''
  const end = (): boolean => {
    const ended = { event, data }
    event = ''
    data = ''
    if (ended.data === '') return true
    const object = parsed(ended.data)
    return object !== undefined && take(ended.event, object)
  }
  return (line) => {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line
    if (text === '') return end()
    const [, field, value = ''] = /^([a-z]*)(?:: ?(.*))?$/s.exec(text) ?? []
    if (field === 'event') event = value
    else if (field === 'data') data += value
    return field !== undefined && data.length <= LINE_LENGTH_MAX
  }
}
