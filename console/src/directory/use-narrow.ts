import { useSyncExternalStore } from 'react'

const NARROW = matchMedia('(max-width: 700px)')

/** Whether there is no room for more than two columns. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    listener => {
      NARROW.addEventListener('change', listener)
      return () => NARROW.removeEventListener('change', listener)
    },
    () => NARROW.matches,
  )
}
