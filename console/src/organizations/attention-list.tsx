import { Link } from 'react-aria-components'
import { graphql, useLazyLoadQuery } from 'react-relay'
import { useNow } from '../ui/time.tsx'
import type { attentionListQuery } from './__generated__/attentionListQuery.graphql.ts'
import { attentionOf } from './attention.ts'

/** The directories that somebody should look at, of the first hundred. */
export function AttentionList() {
  const nowMs = useNow(60_000)
  const { directories } = useLazyLoadQuery<attentionListQuery>(
    graphql`
      query attentionListQuery {
        directories(first: 100) {
          nodes {
            id
            name
            state
            lastSyncedAt
            organization {
              id
              name
            }
          }
          pageInfo {
            hasNextPage
          }
        }
      }
    `,
    {},
    { fetchPolicy: 'store-and-network' },
  )
  const concerned = (directories?.nodes ?? []).flatMap(directory => {
    const reason = directory && attentionOf(directory, nowMs)
    return reason ? [{ ...directory, reason }] : []
  })
  if (concerned.length === 0) return null
  return (
    <section className="attention" aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      <ul className="plain">
        {concerned.map(({ id, name, reason, organization }) => (
          <li key={id}>
            <Link className="link" href={`/directories/${encodeURIComponent(id)}`}>
              <bdi>{name}</bdi>
            </Link>
            {organization && (
              <>
                {' of '}
                <Link className="link" href={`/organizations/${encodeURIComponent(organization.id)}`}>
                  <bdi>{organization.name}</bdi>
                </Link>
              </>
            )}
            : {reason}.
          </li>
        ))}
      </ul>
      {directories?.pageInfo.hasNextPage && (
        <p className="muted">Only the first hundred directories were looked at.</p>
      )}
    </section>
  )
}
