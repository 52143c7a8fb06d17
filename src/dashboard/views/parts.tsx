/** Small parts that every view is made of. */
import type { ComponentChildren, JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import { browserClock } from '../clock.ts'

export interface CardProps {
  readonly title: string
  readonly class?: string
  readonly aside?: ComponentChildren
  readonly children: ComponentChildren
}

export function Card({ title, class: name = '', aside, children }: CardProps): JSX.Element {
  const id = useId()
  return (
    <section class={`card ${name}`} aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  )
}

export interface ChoiceProps<T extends string> {
  readonly label: string
  readonly options: readonly { readonly value: T; readonly label: string }[]
  readonly value: T
  readonly onChange: (value: T) => void
}

/** One of a few. */
export function Choice<T extends string>({ label, options, value, onChange }: ChoiceProps<T>): JSX.Element {
  return (
    <fieldset class="choice">
      <legend class="hidden">{label}</legend>
      {options.map((option) => (
        <button
          type="button"
          key={option.value}
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  )
}

const SAID_MS = 1_500

/** Copies; where the browser grants no clipboard (a page that is not local and not https), the text beside it can be selected. */
export function CopyButton({
  label,
  text,
}: {
  readonly label: string
  readonly text: () => Promise<string> | string
}): JSX.Element {
  const [said, setSaid] = useState<string | undefined>(undefined)
  const copy = async (): Promise<void> => {
    const done = await write(text)
    setSaid(done ? 'Copied' : 'Not allowed here')
    browserClock.after(SAID_MS, () => setSaid(undefined))
  }
  return (
    <button type="button" class="button" onClick={copy}>
      <span aria-live="polite">{said ?? label}</span>
    </button>
  )
}

async function write(text: () => Promise<string> | string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(await text())
    return true
  } catch {
    return false
  }
}

export function Empty({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>
}
