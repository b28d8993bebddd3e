import { graphql } from 'react-relay'
import { messagesOf, useFailures } from '../relay/failures.ts'
import { useScreenQuery } from '../relay/use-screen-query.ts'
import { Failed } from '../ui/failed.tsx'
import { words } from '../ui/words.ts'
import type { mappingsTabQuery } from './__generated__/mappingsTabQuery.graphql.ts'
import { GroupLink } from './group-link.tsx'

/** What becomes of attributes and groups. */
export function MappingsTab({ directoryId }: { readonly directoryId: string }) {
  const { data, refresh } = useScreenQuery<mappingsTabQuery>(
    graphql`
      query mappingsTabQuery($id: ID!) {
        directory(by: { id: $id }) {
          provider
          attributeMappings {
            key
            mapTo
          }
          roleAssignments {
            roleName
            groupUpstreamId
            group {
              id
              name
            }
          }
        }
      }
    `,
    { id: directoryId },
  )
  const failures = useFailures([{ name: 'mappingsTabQuery', variables: { id: directoryId } }])
  const { directory } = data
  if (!directory) {
    const message = failures[0]?.message ?? 'The directory is not there any more.'
    return <Failed title="No mappings could be read" message={message} onRetry={refresh} />
  }
  const { provider, attributeMappings, roleAssignments } = directory
  const none = (what: string) => (
    <p className="muted">
      {provider === 'WORKOS'
        ? `${words(provider)} does not tell of ${what}: they are set in its dashboard.`
        : `There are no ${what}.`}
    </p>
  )
  return (
    <>
      <section className="card">
        <h2>Attributes</h2>
        {attributeMappings.length === 0 ? (
          none('attribute mappings')
        ) : (
          <table className="mappings">
            <thead>
              <tr>
                <th scope="col">At the identity provider</th>
                <th scope="col">Becomes</th>
              </tr>
            </thead>
            <tbody>
              {attributeMappings.map(({ key, mapTo }) => (
                <tr key={`${key} ${mapTo}`}>
                  <td>
                    <code>{key}</code>
                  </td>
                  <td>
                    <code>{mapTo}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
      <section className="card">
        <h2>Roles</h2>
        {failures.length > 0 && (
          <Failed title="Some groups could not be read" message={messagesOf(failures)} onRetry={refresh} />
        )}
        {roleAssignments.length === 0 ? (
          none('role assignments')
        ) : (
          <table className="mappings">
            <thead>
              <tr>
                <th scope="col">Role</th>
                <th scope="col">For the people of</th>
              </tr>
            </thead>
            <tbody>
              {roleAssignments.map(({ roleName, groupUpstreamId, group }) => (
                <tr key={`${roleName} ${groupUpstreamId}`}>
                  <td>
                    <bdi>{roleName}</bdi>
                  </td>
                  <td>
                    {group ? <GroupLink id={group.id} name={group.name} /> : <code>{groupUpstreamId}</code>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  )
}
