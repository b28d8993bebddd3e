import { useSyncExternalStore } from 'react'

let said = ''
const listeners = new Set<() => void>()

/** Has screen readers say something once they are done with what they say now. */
export function announce(text: string): void {
  said = text
  for (const listener of listeners) listener()
}

/** What is said: in the page before anything is, and heard beside an open dialog as well. */
export function Announcer() {
  const text = useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => said,
  )
  return (
    <div role="status" className="unseen" data-live-announcer="true">
      {text}
    </div>
  )
}
