import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { graphql, useSubscription } from 'react-relay'
import type { LiveState } from '../relay/environment.ts'
import type { liveSubscription } from './__generated__/liveSubscription.graphql.ts'

/** How long a row is marked that a change has touched. */
const MARKED_MS = 6_000

interface Live {
  readonly state: LiveState
  /** The ids of what changes have just touched. */
  readonly touched: ReadonlySet<string>
}

const LiveContext = createContext<Live>({ state: 'connecting', touched: new Set() })

/** Hears of changes, which update what is known, and marks for a while what they touched. */
export function LiveProvider({
  state,
  children,
}: {
  readonly state: LiveState
  readonly children: ReactNode
}) {
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const [attempt, setAttempt] = useState(0)
  const config = useMemo(
    () => ({
      subscription: graphql`
        subscription liveSubscription {
          directoryEvents {
            id
            kind
            directory {
              id
            }
            ... on DirectoryUserCreatedEvent {
              user { id name email state updatedAt }
            }
            ... on DirectoryUserUpdatedEvent {
              user { id name email state updatedAt }
            }
            ... on DirectoryGroupUpdatedEvent {
              group { id name updatedAt }
            }
            ... on DirectoryUserDeletedEvent {
              deletedUserId
            }
            ... on DirectoryGroupDeletedEvent {
              deletedGroupId
            }
          }
        }
      `,
      variables: {},
      onNext: (answer: liveSubscription['response'] | null | undefined) => {
        const event = answer?.directoryEvents
        if (!event) return
        const ids = [
          event.directory?.id,
          event.user?.id,
          event.group?.id,
          event.deletedUserId,
          event.deletedGroupId,
        ].filter(id => typeof id === 'string')
        setTouched(current => new Set([...current, ...ids]))
        setTimeout(() => {
          setTouched(current => new Set([...current].filter(id => !ids.includes(id))))
        }, MARKED_MS)
      },
      attempt,
    }),
    [attempt],
  )
  useSubscription<liveSubscription>(config)
  useEffect(() => {
    if (state !== 'down') return
    // The client tries again by itself, unless the server has ended the stream.
    const timer = setTimeout(() => setAttempt(count => count + 1), 5_000)
    return () => clearTimeout(timer)
  }, [state])
  const live = useMemo(() => ({ state, touched }), [state, touched])
  return <LiveContext value={live}>{children}</LiveContext>
}

/** The ids of what changes have just touched. */
export function useTouched(): ReadonlySet<string> {
  return useContext(LiveContext).touched
}

const SIGNS: Record<LiveState, string> = {
  connecting: 'Connecting …',
  live: 'Live',
  down: 'Not live: reconnecting …',
}

/** Whether changes arrive by themselves. */
export function LiveSign() {
  const { state } = useContext(LiveContext)
  return (
    <span className={`live ${state}`} role="status">
      {SIGNS[state]}
    </span>
  )
}
