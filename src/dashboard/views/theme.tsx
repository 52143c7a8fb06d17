/** Light or dark: what the reader's system says, unless the reader has said otherwise here. */
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { MoonIcon, SunIcon } from './icons.tsx'

export type Theme = 'light' | 'dark'

const KEY = 'podspan-theme'
const DARK = matchMedia('(prefers-color-scheme: dark)')

/** Before the first drawing, so that nothing flashes. */
export function applyTheme(): void {
  const chosen = chosenTheme()
  if (chosen !== undefined) document.documentElement.dataset.theme = chosen
}

export function useTheme(): readonly [Theme, () => void] {
  const [theme, setTheme] = useState(themeNow)
  useEffect(() => {
    const changed = (): void => setTheme(themeNow())
    DARK.addEventListener('change', changed)
    return () => DARK.removeEventListener('change', changed)
  }, [])
  const toggle = (): void => {
    const next = theme === 'dark' ? 'light' : 'dark'
    document.documentElement.dataset.theme = next
    remember(next)
    setTheme(next)
  }
  return [theme, toggle]
}

export function ThemeButton({ theme, toggle }: { readonly theme: Theme; readonly toggle: () => void }): JSX.Element {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={theme === 'dark' ? 'Light theme' : 'Dark theme'}
      onClick={toggle}
    >
      {theme === 'dark' ? <SunIcon /> : <MoonIcon />}
    </button>
  )
}

function themeNow(): Theme {
  return chosenTheme() ?? (DARK.matches ? 'dark' : 'light')
}

/** Storage may be forbidden: then the choice lasts as long as the page. */
function chosenTheme(): Theme | undefined {
  const { theme } = document.documentElement.dataset
  try {
    const stored = theme ?? localStorage.getItem(KEY)
    return stored === 'light' || stored === 'dark' ? stored : undefined
  } catch {
    return theme === 'light' || theme === 'dark' ? theme : undefined
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme)
  } catch {}
}
