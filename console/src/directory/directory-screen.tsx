import { useEffect, useRef } from 'react'
import { graphql } from 'react-relay'
import { useLocation } from 'wouter'
import { useFailures } from '../relay/failures.ts'
import { useScreenQuery } from '../relay/use-screen-query.ts'
import { Failed } from '../ui/failed.tsx'
import type { directoryScreenQuery } from './__generated__/directoryScreenQuery.graphql.ts'
import { DeletionWatch } from './deletion-watch.tsx'
import { DirectoryActions } from './directory-actions.tsx'
import './directory.css'
import { DirectoryHead } from './directory-head.tsx'
import { DirectoryTabs } from './directory-tabs.tsx'
import { GroupPanel } from './group-panel.tsx'
import { organizationPath } from './place.ts'
import { UserPanel } from './user-panel.tsx'

/** One directory: its state, its secrets, its people and groups. */
export function DirectoryScreen({ id }: { readonly id: string }) {
  const { data } = useScreenQuery<directoryScreenQuery>(
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
  const leaving = useRef<string | null>(null)
  const [failure] = useFailures('directoryScreenQuery', 'directory')
  useEffect(() => {
    if (directory?.state === 'DELETING') leaving.current = organizationPath(directory.organization?.id)
  }, [directory])
  if (!directory && leaving.current !== null) return <Leave to={leaving.current} />
  if (!directory) {
    return failure ? (
      <Failed title="The directory could not be read" message={failure.message} href="/" />
    ) : (
      <Failed
        title="There is no such directory here"
        message="It may have been deleted, its address may be misspelt, or it is of an organization that you may not see."
        href="/"
      />
    )
  }
  const operations = new Set(providers.find(({ provider }) => provider === directory.provider)?.operations)
  return (
    <div className="screen directory">
      <title>{`${directory.name} · dirgraph`}</title>
      <DirectoryHead directory={directory} />
      {directory.state === 'DELETING' && <DeletionWatch id={directory.id} />}
      <DirectoryActions directory={directory} operations={operations} />
      <DirectoryTabs id={directory.id} provider={directory.provider} operations={operations} />
      <GroupPanel />
      <UserPanel />
    </div>
  )
}

/** To where it belonged, once it is gone. */
function Leave({ to }: { readonly to: string }) {
  const [, navigate] = useLocation()
  useEffect(() => navigate(to, { replace: true }), [navigate, to])
  return null
}
