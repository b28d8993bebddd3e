import { useEffect, useEffectEvent } from 'react'
import type { liveSubscription } from './__generated__/liveSubscription.graphql.ts'

/** Something that has just happened, after what it says is in Relay’s store. */
export type News = liveSubscription['response']['directoryEvents']

const listeners = new Set<(news: News) => void>()

/** Tells those who listen. */
export function tellNews(news: News): void {
  for (const listener of [...listeners]) listener(news)
}

/** Listens to what happens, for as long as the component is there. */
export function useNews(listener: (news: News) => void): void {
  const onNews = useEffectEvent(listener)
  useEffect(() => {
    const hear = (news: News) => onNews(news)
    listeners.add(hear)
    return () => void listeners.delete(hear)
  }, [])
}

export interface Place {
  readonly id: string
  readonly organization: { readonly id: string } | null | undefined
}

/** Whether it happened in that directory; null where it may have, since the provider does not always say. */
export function happenedIn({ directory, organization }: News, place: Place): boolean | null {
  if (directory) return directory.id === place.id
  return organization && organization.id === place.organization?.id ? null : false
}

/** Whether somebody’s groups may have changed with it: some providers tell of a membership so. */
export function isOfUnknownExtent({ kind, changed }: News): boolean {
  return kind === 'USER_UPDATED' && !changed
}
