import { graphql } from 'react-relay'
import { useFailures } from '../relay/failures.ts'
import { useScreenQuery } from '../relay/use-screen-query.ts'
import { Failed } from '../ui/failed.tsx'
import { words } from '../ui/words.ts'
import type { secretsTabQuery } from './__generated__/secretsTabQuery.graphql.ts'
import { CreateSecret } from './create-secret.tsx'
import { SecretCard } from './secret-card.tsx'

interface SecretsTabProps {
  readonly directoryId: string
  readonly operations: ReadonlySet<string>
}

/** The secrets by which the identity provider shows who it is. */
export function SecretsTab({ directoryId, operations }: SecretsTabProps) {
  const { data, refresh } = useScreenQuery<secretsTabQuery>(
    graphql`
      query secretsTabQuery($id: ID!) {
        directory(by: { id: $id }) {
          provider
          secrets {
            id
            ...secretCard_secret
          }
        }
      }
    `,
    { id: directoryId },
  )
  const [failure] = useFailures([{ name: 'secretsTabQuery', variables: { id: directoryId } }])
  const { directory } = data
  if (!directory) {
    const message = failure?.message ?? 'The directory is not there any more.'
    return <Failed title="No secrets could be read" message={message} onRetry={refresh} />
  }
  const { provider, secrets } = directory
  const canCreate = operations.has('CREATE_DIRECTORY_SECRET')
  return (
    <>
      <p>
        The identity provider shows one of these when it sends its people and groups. Only the last characters
        are kept to know them by.
      </p>
      {canCreate ? (
        <CreateSecret directoryId={directoryId} onMade={refresh} />
      ) : (
        <p className="muted">
          {words(provider)} hands out secrets in its portal only: send the organization’s admin a portal link.
        </p>
      )}
      {secrets.length === 0 && canCreate && <p className="empty">There is no secret yet.</p>}
      <ul className="plain secrets" aria-label="Secrets">
        {secrets.map(secret => (
          <SecretCard key={secret.id} secret={secret} />
        ))}
      </ul>
    </>
  )
}
