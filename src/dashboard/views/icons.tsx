/** The few drawings of the page. All are decoration: what they mean stands beside them in words. */
import type { JSX } from 'preact'

function Icon({ path }: { readonly path: string }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={path} />
    </svg>
  )
}

export function Logo(): JSX.Element {
  return (
    <svg class="logo" viewBox="0 0 16 16" aria-hidden="true">
      <rect width="16" height="16" rx="4" />
      <path d="M3 5h6M5 8h8M7 11h4" />
    </svg>
  )
}

export const SunIcon = (): JSX.Element => (
  <Icon path="M8 4.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4ZM8 1v1.3M8 13.7V15M1 8h1.3M13.7 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1" />
)
export const MoonIcon = (): JSX.Element => <Icon path="M13.5 9.6A5.8 5.8 0 1 1 6.4 2.5a4.6 4.6 0 0 0 7.1 7.1Z" />
export const PauseIcon = (): JSX.Element => <Icon path="M5.5 3.5v9M10.5 3.5v9" />
export const PlayIcon = (): JSX.Element => <Icon path="M5 3.2v9.6L12.5 8 5 3.2Z" />
export const CloseIcon = (): JSX.Element => <Icon path="m4 4 8 8M12 4l-8 8" />
export const UpIcon = (): JSX.Element => <Icon path="m4 10 4-4 4 4" />
export const DownIcon = (): JSX.Element => <Icon path="m4 6 4 4 4-4" />
export const SearchIcon = (): JSX.Element => <Icon path="M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.4 10.4 14 14" />
