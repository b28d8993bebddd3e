import { useEffect, useRef } from 'react'
import { Link } from 'react-aria-components'
import { graphql } from 'react-relay'
import { useLocation } from 'wouter'
import { happenedIn, useNews } from '../live/news.ts'
import { useCalmly } from '../live/use-calmly.ts'
import { useFailures } from '../relay/failures.ts'
import { useScreenQuery } from '../relay/use-screen-query.ts'
import { AgainFailed } from '../ui/again-failed.tsx'
import { Failed } from '../ui/failed.tsx'
import { ScreenHeading } from '../ui/screen-heading.tsx'
import type { directoryScreenQuery } from './__generated__/directoryScreenQuery.graphql.ts'
import { DeletionWatch } from './deletion-watch.tsx'
import { DirectoryActions } from './directory-actions.tsx'
import './directory.css'
import { DirectoryHead } from './directory-head.tsx'
import { DirectoryTabs } from './directory-tabs.tsx'
import { GroupPanel } from './group-panel.tsx'
import { organizationPath } from './place.ts'
import { UserPanel } from './user-panel.tsx'

const NOT_THERE =
  'There is no such directory: it may have been deleted, its address may be misspelt, or your token does not reach it.'

interface Shown {
  readonly name: string
  /** Whether it is being deleted. */
  readonly isLeft: boolean
  /** The place of its organization. */
  readonly to: string
}

/** One directory: its state, its secrets, its people and groups. */
export function DirectoryScreen({ id }: { readonly id: string }) {
  const { data, refresh, lost } = useScreenQuery<directoryScreenQuery>(
    graphql`
      query directoryScreenQuery($id: ID!) {
        directory(by: { id: $id }) {
          id
          name
          state
          provider
          organization {
            id
          }
          ...directoryHead_directory
          ...directoryActions_directory
        }
        providers {
          provider
          operations
        }
      }
    `,
    { id },
  )
  const { directory, providers } = data
  const countAgain = useCalmly(refresh)
  useNews(news => {
    const isOfCounts = news.kind.startsWith('USER_') || news.kind.startsWith('GROUP_')
    if (isOfCounts && happenedIn(news, { id, organization: directory?.organization }) !== false) countAgain()
  })
  const shown = useRef<Shown | null>(null)
  useEffect(() => {
    if (!directory) return
    const { name, state, organization } = directory
    shown.current = { name, isLeft: state === 'DELETING', to: organizationPath(organization?.id) }
  }, [directory])
  const [failure] = useFailures([{ name: 'directoryScreenQuery', variables: { id } }], 'directory')
  if (!directory && shown.current !== null && !failure) return <Gone {...shown.current} />
  if (!directory) {
    const title = 'This directory could not be read'
    if (!failure) return <Failed isScreen title={title} message={NOT_THERE} href="/" />
    return <Failed isScreen title={title} message={failure.message} onRetry={refresh} href="/" />
  }
  const operations = new Set(providers.find(({ provider }) => provider === directory.provider)?.operations)
  return (
    <div className="screen directory">
      <title>{`${directory.name} · dirgraph`}</title>
      <AgainFailed what="This directory" lost={lost} onRetry={refresh} />
      <DirectoryHead directory={directory} />
      {directory.state === 'DELETING' && <DeletionWatch id={directory.id} />}
      <DirectoryActions directory={directory} operations={operations} />
      <DirectoryTabs id={directory.id} provider={directory.provider} operations={operations} />
      <GroupPanel />
      <UserPanel />
    </div>
  )
}

/** What was on the screen, and is not there any more: who has waited for that is led to where it belonged. */
function Gone({ name, isLeft, to }: Shown) {
  const [, navigate] = useLocation()
  useEffect(() => {
    if (isLeft) navigate(to, { replace: true })
  }, [isLeft, navigate, to])
  if (isLeft) return null
  return (
    <div className="screen">
      <title>{`${name} is gone · dirgraph`}</title>
      <ScreenHeading>
        <bdi>{name}</bdi> is gone
      </ScreenHeading>
      <p role="status">
        It has just been deleted.{' '}
        <Link className="link" href={to}>
          To where it belonged
        </Link>
      </p>
    </div>
  )
}
