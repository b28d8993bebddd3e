import { useEffect, useState } from 'react'
import { ProgressBar } from 'react-aria-components'
import { commitLocalUpdate, fetchQuery, graphql, useRelayEnvironment } from 'react-relay'
import { useTouched } from '../live/live.tsx'
import { failuresOf } from '../relay/failures.ts'
import type { deletionWatchQuery } from './__generated__/deletionWatchQuery.graphql.ts'

const FIRST_MS = 1_000
const LAST_MS = 20_000

/** Looks whether a directory that is being deleted is gone yet, ever less often, and then takes it out of what is known. */
export function DeletionWatch({ id }: { readonly id: string }) {
  const environment = useRelayEnvironment()
  const [tries, setTries] = useState(0)
  const isTouched = useTouched().has(id)
  useEffect(() => {
    const look = () => {
      const variables = { id }
      fetchQuery<deletionWatchQuery>(
        environment,
        graphql`
          query deletionWatchQuery($id: ID!) {
            node(id: $id) {
              id
              ... on Directory {
                state
                enabled
              }
            }
          }
        `,
        variables,
        { fetchPolicy: 'network-only' },
      ).subscribe({
        next: ({ node }) => {
          // Null with an error says only that the provider could not be asked.
          if (node !== null || failuresOf([{ name: 'deletionWatchQuery', variables }]).length > 0)
            setTries(count => count + 1)
          else commitLocalUpdate(environment, store => store.delete(id))
        },
        error: () => setTries(count => count + 1),
      })
    }
    const ms = isTouched && tries === 0 ? 0 : Math.min(FIRST_MS * 1.5 ** tries, LAST_MS)
    const timer = setTimeout(look, ms)
    return () => clearTimeout(timer)
  }, [id, environment, tries, isTouched])
  return (
    <div className="card deletion" role="status">
      <ProgressBar aria-label="Deletion" isIndeterminate className="spinner" />
      <span>
        <strong>Being deleted.</strong> The provider works on it; this page goes to the organization when it
        is gone.
      </span>
    </div>
  )
}
