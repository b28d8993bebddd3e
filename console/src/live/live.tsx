import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { graphql, useSubscription } from 'react-relay'
import { forgetStale } from '../relay/staleness.ts'
import type { LiveState } from '../relay/subscribe.ts'
import { useSessionState } from '../session/session.ts'
import type { liveSubscription } from './__generated__/liveSubscription.graphql.ts'
import { tellNews } from './news.ts'

/** How long a row is marked that a change has touched. */
const MARKED_MS = 6_000

interface Live {
  readonly state: LiveState
  /** The ids of what changes have just touched. */
  readonly touched: ReadonlySet<string>
  /** How often the connection was lost and is there again. */
  readonly heals: number
  readonly heal: () => void
}

const LiveContext = createContext<Live>({
  state: 'connecting',
  touched: new Set(),
  heals: 0,
  heal: () => {},
})

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
              user { id name email state jobTitle updatedAt }
            }
            ... on DirectoryUserUpdatedEvent {
              changed
              user { id name email state jobTitle updatedAt }
            }
            ... on DirectoryUserDeletedEvent {
              deletedUserId @deleteRecord
            }
            ... on DirectoryGroupCreatedEvent {
              group { id name totalUsers updatedAt }
            }
            ... on DirectoryGroupUpdatedEvent {
              group { id name updatedAt }
            }
            ... on DirectoryGroupDeletedEvent {
              deletedGroupId @deleteRecord
            }
            ... on DirectoryMemberAddedEvent {
              user { id }
              group { id }
            }
            ... on DirectoryMemberRemovedEvent {
              user { id }
              group { id }
            }
          }
        }
      `,
      variables: {},
      onNext: (answer: liveSubscription['response'] | null | undefined) => {
        const event = answer?.directoryEvents
        if (!event) return
        tellNews(event)
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
  const [heals, heal] = useHeals(state)
  const live = useMemo(() => ({ state, touched, heals, heal }), [state, touched, heals, heal])
  return <LiveContext value={live}>{children}</LiveContext>
}

/** Whenever it is live but the first time, unless that came late, something may have been missed. */
function useHeals(state: LiveState): [number, () => void] {
  const [heals, setHeals] = useState(0)
  const isLate = useRef(false)
  const heal = useCallback(() => {
    forgetStale()
    setHeals(count => count + 1)
  }, [])
  useEffect(() => {
    if (state === 'live' && isLate.current) heal()
    if (state === 'live' || state === 'down') isLate.current = true
  }, [state, heal])
  return [heals, heal]
}

/** The ids of what changes have just touched. */
export function useTouched(): ReadonlySet<string> {
  return useContext(LiveContext).touched
}

/** How often the connection was lost and is there again: each is a reason to read again what the screen shows. */
export function useHealed(): number {
  return useContext(LiveContext).heals
}

/** Reads again all that the screen shows, for whoever asks for that. */
export function useHeal(): () => void {
  return useContext(LiveContext).heal
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
