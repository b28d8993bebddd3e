import { useEffect } from 'react'
import { ProgressBar } from 'react-aria-components'
import { announce } from './announcer.tsx'

/** What is there sooner is not worth a word. */
const SOON_MS = 400

/** While something is on its way; says what. */
export function Loading({ what }: { readonly what: string }) {
  useEffect(() => {
    const timer = setTimeout(() => announce(`Loading ${what} …`), SOON_MS)
    return () => {
      clearTimeout(timer)
      announce('')
    }
  }, [what])
  return (
    <div className="loading">
      <ProgressBar aria-label={`Loading ${what}`} isIndeterminate className="spinner" />
      <span aria-hidden="true">Loading {what} …</span>
    </div>
  )
}
