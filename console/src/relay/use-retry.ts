import { useCallback, useEffect, useEffectEvent, useRef, useState, useTransition } from 'react'
import { useHealed } from '../live/live.tsx'
import { useAttempt } from './use-screen-query.ts'

interface Retry {
  /** The `fetchKey` of the query. */
  readonly fetchKey: string
  readonly retry: () => void
}

/** Lets a query that came to nothing be tried again, and stays with what says so until there is more. */
export function useRetry(): Retry {
  const attempt = useAttempt()
  const [tries, setTries] = useState(0)
  const [, startTransition] = useTransition()
  const retry = useCallback(() => startTransition(() => setTries(count => count + 1)), [])
  return { fetchKey: `${attempt} ${tries}`, retry }
}

/** Does that whenever the connection to the changes was lost and is there again. */
export function useOnHealed(act: () => void): void {
  const heals = useHealed()
  const healsHeard = useRef(heals)
  const onHealed = useEffectEvent(act)
  useEffect(() => {
    if (healsHeard.current === heals) return
    healsHeard.current = heals
    onHealed()
  }, [heals])
}
