import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react'
import { graphql, useSubscription } from 'react-relay'
import type { LiveState } from '../relay/subscribe.ts'
import { useSessionState } from '../session/session.ts'
import type { liveSubscription } from './__generated__/liveSubscription.graphql.ts'

/** How long a row is marked that a change has touched. */
const MARKED_MS = 6_000

interface Live {
  readonly state: LiveState
  /** The ids of what changes have just touched. */
  readonly touched: ReadonlySet<string>
  /** How often the connection was lost and is there again. */
  readonly heals: number
}

const LiveContext = createContext<Live>({ state: 'connecting', touched: new Set(), heals: 0 })

/** Hears of changes, which update what is known, and marks for a while what they touched. */
export function LiveProvider({
  state,
  children,
}: {
  readonly state: LiveState
  readonly children: ReactNode
}) {
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const config = useMemo(
    () => ({
      subscription: graphql`
        subscription liveSubscription {
          directoryEvents {
            id
            kind
            organization {
              id
            }
            directory {
              id
            }
            ... on DirectoryActivatedEvent {
              directory { id enabled state upstreamState updatedAt }
            }
            ... on DirectoryEnabledEvent {
              directory { id enabled state upstreamState updatedAt }
            }
            ... on DirectoryDisabledEvent {
              directory { id enabled state upstreamState updatedAt }
            }
            ... on DirectoryDeletedEvent {
              deletedDirectoryId @deleteRecord
            }
            ... on DirectoryUserCreatedEvent {
              user { id name email state updatedAt }
            }
            ... on DirectoryUserUpdatedEvent {
              user { id name email state updatedAt }
            }
            ... on DirectoryUserDeletedEvent {
              deletedUserId @deleteRecord
            }
            ... on DirectoryGroupCreatedEvent {
              group { id name updatedAt }
            }
            ... on DirectoryGroupUpdatedEvent {
              group { id name updatedAt }
            }
            ... on DirectoryGroupDeletedEvent {
              deletedGroupId @deleteRecord
            }
          }
        }
      `,
      variables: {},
      onNext: (answer: liveSubscription['response'] | null | undefined) => {
        const event = answer?.directoryEvents
        if (!event) return
        const ids = [event.organization?.id, event.directory?.id, event.user?.id, event.group?.id].filter(
          id => typeof id === 'string',
        )
        setTouched(current => new Set([...current, ...ids]))
        setTimeout(() => {
          setTouched(current => new Set([...current].filter(id => !ids.includes(id))))
        }, MARKED_MS)
      },
    }),
    [],
  )
  useSubscription<liveSubscription>(config)
  const heals = useHeals(state)
  const live = useMemo(() => ({ state, touched, heals }), [state, touched, heals])
  return <LiveContext value={live}>{children}</LiveContext>
}

function useHeals(state: LiveState): number {
  const [heals, setHeals] = useState(0)
  const wasDown = useRef(false)
  useEffect(() => {
    if (state === 'down') wasDown.current = true
    if (state !== 'live' || !wasDown.current) return
    wasDown.current = false
    setHeals(count => count + 1)
  }, [state])
  return heals
}

/** The ids of what changes have just touched. */
export function useTouched(): ReadonlySet<string> {
  return useContext(LiveContext).touched
}

/**
 * How often the connection was lost and is there again: as the `fetchKey` of a query it reads again what the screen
 * shows, since changes meanwhile were not heard of.
 */
export function useHealed(): number {
  return useContext(LiveContext).heals
}

const SIGNS: Record<LiveState, string> = {
  connecting: 'Connecting …',
  live: 'Live',
  down: 'Not live: reconnecting …',
  refused: 'Not live: your token may not read directories',
}

/** Whether changes arrive by themselves. */
export function LiveSign() {
  const { state } = useContext(LiveContext)
  const isExpired = useSessionState() === 'expired'
  return (
    <span className={`live ${isExpired ? 'down' : state}`} role="status">
      {isExpired ? 'Not live: a new token is needed' : SIGNS[state]}
    </span>
  )
}
