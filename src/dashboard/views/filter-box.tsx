/** The filter above the list, in the same language as everywhere. The sidecar judges it; what is wrong is shown where it is wrong. */
import type { JSX } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { ErrorAnswer } from '../../admin/shapes.ts'
import { caretUnder, EXAMPLES } from '../filter-words.ts'
import { CloseIcon, SearchIcon } from './icons.tsx'

export interface FilterProps {
  readonly where: string
  readonly onFilter: (where: string) => void
}

interface Complaint {
  readonly text: string
  readonly message: string
  readonly column?: number
}

export function FilterBox({ where, onFilter }: FilterProps): JSX.Element {
  const { text, setText, complaint, apply } = useFilter(where, onFilter)
  const id = useId()
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    apply(text)
  }
  return (
    <search class="filter">
      <form class="filter-box" onSubmit={submit}>
        <SearchIcon />
        <input
          type="text"
          aria-label="Filter"
          placeholder={EXAMPLES[0]?.where}
          value={text}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          aria-invalid={complaint !== undefined}
          aria-describedby={complaint === undefined ? undefined : id}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {text === '' ? null : (
          <button type="button" class="icon-button" aria-label="Clear the filter" onClick={() => apply('')}>
            <CloseIcon />
          </button>
        )}
        <button type="submit" class="button">
          Filter
        </button>
      </form>
      <ComplaintText id={id} complaint={complaint} where={where} />
      <Chips where={where} onChoose={apply} />
    </search>
  )
}

interface Typed {
  readonly text: string
  readonly setText: (text: string) => void
  readonly complaint: Complaint | undefined
  readonly apply: (text: string) => Promise<void>
}

function useFilter(where: string, onFilter: (where: string) => void): Typed {
  const [text, setText] = useState(where)
  const [complaint, setComplaint] = useState<Complaint | undefined>(undefined)
  const asked = useRef(0)
  useEffect(() => {
    setText(where)
    setComplaint(undefined)
  }, [where])
  const apply = async (next: string): Promise<void> => {
    const trimmed = next.trim()
    setText(trimmed)
    const turn = ++asked.current
    const found = trimmed === '' ? undefined : await judged(trimmed)
    // A later question has its own answer.
    if (turn !== asked.current) return
    setComplaint(found)
    if (found === undefined) onFilter(trimmed)
  }
  return { text, setText, complaint, apply }
}

interface ChipsProps {
  readonly where: string
  readonly onChoose: (where: string) => void
}

/** Pressed once more, a filter is taken away. */
function Chips({ where, onChoose }: ChipsProps): JSX.Element {
  return (
    <ul class="chips" aria-label="Filters to start from">
      {EXAMPLES.map((each) => (
        <li key={each.where}>
          <button
            type="button"
            class="chip"
            title={each.where}
            aria-pressed={where === each.where}
            onClick={() => onChoose(where === each.where ? '' : each.where)}
          >
            {each.label}
          </button>
        </li>
      ))}
    </ul>
  )
}

interface ComplaintProps {
  readonly id: string
  readonly complaint: Complaint | undefined
  /** The filter that is in force meanwhile. */
  readonly where: string
}

function ComplaintText({ id, complaint, where }: ComplaintProps): JSX.Element {
  return (
    <div id={id} class="complaint" role="alert">
      {complaint === undefined ? null : (
        <>
          {complaint.column === undefined ? null : (
            <pre aria-hidden="true">{caretUnder(complaint.text, complaint.column)}</pre>
          )}
          <p>
            {complaint.column === undefined ? '' : `Column ${complaint.column}: `}
            {complaint.message}
          </p>
          <p>
            {where === '' ? (
              'The list below is still that of no filter.'
            ) : (
              <>
                The list below is still that of: <code>{where}</code>
              </>
            )}
          </p>
        </>
      )}
    </div>
  )
}

/** An EventSource does not say why it was refused, so the filter is tried on the list first. */
async function judged(where: string): Promise<Complaint | undefined> {
  try {
    const answer = await fetch(`exchanges?limit=1&where=${encodeURIComponent(where)}`)
    if (answer.ok) return undefined
    const { error }: ErrorAnswer = await answer.json()
    return {
      text: where,
      message: error.message.replace(/^where: /, ''),
      ...(error.column === undefined ? {} : { column: error.column }),
    }
  } catch {
    return { text: where, message: 'The sidecar does not answer just now; try again when the connection is back.' }
  }
}
