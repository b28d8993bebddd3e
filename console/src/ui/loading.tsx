import { ProgressBar } from 'react-aria-components'

/** While something is on its way; says what. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <div className="loading">
      <ProgressBar aria-label={`Loading ${what}`} isIndeterminate className="spinner" />
      <span aria-hidden="true">Loading {what} …</span>
    </div>
  )
}
