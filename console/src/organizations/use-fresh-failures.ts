import { useEffect } from 'react'
import { useHealed } from '../live/live.tsx'
import { forgetFailures } from '../relay/failures.ts'
import { useAttempt } from '../relay/use-screen-query.ts'

/** Forgets what failed of a list's further pages when the list is read from its beginning: they are read again, or not at all. */
export function useFreshFailures(operation: string): void {
  const heals = useHealed()
  const attempt = useAttempt()
  // biome-ignore lint/correctness/useExhaustiveDependencies: each of these reads the list again.
  useEffect(() => forgetFailures(operation), [operation, heals, attempt])
}
