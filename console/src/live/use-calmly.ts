import { useCallback, useEffect, useEffectEvent, useRef } from 'react'

const SOON_MS = 300
/** What is asked for again and again costs calls to providers. */
const LEAST_MS = 4_000

/** Does it soon, once for all who ask for it meanwhile, and not all the time. */
export function useCalmly(act: () => void): () => void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const lastMs = useRef(Number.NEGATIVE_INFINITY)
  const onTime = useEffectEvent(act)
  const run = useRef(() => {})
  useEffect(() => {
    run.current = () => {
      timer.current = undefined
      lastMs.current = performance.now()
      onTime()
    }
    return () => clearTimeout(timer.current)
  }, [])
  return useCallback(() => {
    const waitMs = Math.max(SOON_MS, lastMs.current + LEAST_MS - performance.now())
    timer.current ??= setTimeout(() => run.current(), waitMs)
  }, [])
}
