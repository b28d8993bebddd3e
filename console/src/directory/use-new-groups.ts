import { useRelayEnvironment } from 'react-relay'
import { happenedIn, type Place, useNews } from '../live/news.ts'
import { addToList } from '../relay/list-edits.ts'

/** Puts the groups that come to a directory at the top of a list of its groups, once that is there. */
export function useNewGroups(directory: Place, listId: string | undefined): void {
  const environment = useRelayEnvironment()
  useNews(news => {
    const isNew = news.kind === 'GROUP_CREATED' && happenedIn(news, directory) === true
    if (isNew && news.group && listId !== undefined) addToList(environment, listId, news.group.id)
  })
}
