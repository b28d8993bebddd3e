import { useState } from 'react'
import { useRelayEnvironment } from 'react-relay'
import { happenedIn, isOfUnknownExtent, type News, useNews } from '../live/news.ts'
import { addToList, takeFromList } from '../relay/list-edits.ts'

/** Which people are listed. */
export interface UserFilter {
  readonly groupId: string | null
  readonly email: string | null
}

interface ListedUsers {
  readonly directory: {
    readonly id: string
    readonly organization: { readonly id: string } | null | undefined
  }
  readonly filter: UserFilter | null
  readonly listId: string | undefined
  /** Whether the beginning of the list is loaded: providers list who came last first. */
  readonly hasBeginning: boolean
  readonly loaded: readonly string[]
}

interface UserNews {
  /** Whether the list is not what it was, in a way that only reading it again can tell. */
  readonly isOld: boolean
  readonly onReadAgain: () => void
}

/** Lets people come to their list and leave it as it happens. */
export function useUserNews({ directory, filter, listId, hasBeginning, loaded }: ListedUsers): UserNews {
  const environment = useRelayEnvironment()
  const [isOld, setIsOld] = useState(false)
  const groupId = filter?.groupId ?? null
  const email = filter?.email?.toLowerCase() ?? null
  const onMembership = ({ kind, user, group }: News) => {
    if (listId === undefined || !user || group?.id !== groupId) return
    const isListed = loaded.includes(user.id)
    if (kind === 'MEMBER_REMOVED' && isListed) takeFromList(environment, listId, user.id)
    if (kind === 'MEMBER_ADDED' && !isListed) setIsOld(true)
  }
  useNews(news => {
    const { kind, user, deletedUserId } = news
    const isHere = happenedIn(news, directory)
    if (listId === undefined || isHere === false) return
    if (kind.startsWith('MEMBER_')) return groupId === null ? undefined : onMembership(news)
    if (kind === 'USER_DELETED') {
      if (!deletedUserId) setIsOld(true)
      else if (loaded.includes(deletedUserId)) takeFromList(environment, listId, deletedUserId)
      return
    }
    // Which groups somebody came with is told by events of their own, or not at all.
    if (groupId !== null) return isOfUnknownExtent(news) ? setIsOld(true) : undefined
    if (kind !== 'USER_CREATED') return
    if (isHere === null || !user) return setIsOld(true)
    const isMeant = email === null || user.email?.toLowerCase() === email
    if (isMeant && hasBeginning) addToList(environment, listId, user.id)
  })
  return { isOld, onReadAgain: () => setIsOld(false) }
}
