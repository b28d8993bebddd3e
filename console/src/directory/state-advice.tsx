import { Link } from 'react-aria-components'
import { graphql, useFragment } from 'react-relay'
import { useNow } from '../ui/time.tsx'
import type { stateAdvice_directory$key } from './__generated__/stateAdvice_directory.graphql.ts'
import { organizationPath } from './place.ts'

const DAY_MS = 24 * 60 * 60 * 1_000

const ADVICE: Readonly<Record<string, string>> = {
  INVALID_CREDENTIALS:
    'The identity provider refuses the credentials that this directory was set up with. Send the organization’s admin a portal link to renew them.',
  DELETING: 'The provider is deleting this directory, with everybody in it. It is shown until it is gone.',
  VALIDATING: 'The provider is checking the connection. Changes arrive once it is through.',
  OTHER: 'The provider has a word for its state that dirgraph does not know:',
}

/** What to do about a directory's state; nothing where it is well. */
export function StateAdvice({ directory }: { readonly directory: stateAdvice_directory$key }) {
  const { state, upstreamState, enabled, provider, lastSyncedAt, organization } = useFragment(
    graphql`
      fragment stateAdvice_directory on Directory {
        state
        upstreamState
        enabled
        provider
        lastSyncedAt
        organization {
          id
        }
      }
    `,
    directory,
  )
  const nowMs = useNow(60_000)
  const isLate = enabled && lastSyncedAt && nowMs - Date.parse(lastSyncedAt) > DAY_MS
  // WorkOS does not tell of syncs at all.
  const isUnsynced = state === 'ACTIVE' && !lastSyncedAt && provider !== 'WORKOS'
  const paused =
    provider === 'WORKOS'
      ? 'It is off, or not connected yet: no changes arrive. The organization’s admin switches it on at a portal link.'
      : 'It is paused: changes at the identity provider do not arrive until it is resumed.'
  const late = 'It has not been synced for a day. Sync it now, or look at the identity provider.'
  const unsynced =
    'It has never been synced. Give the identity provider its endpoint and a secret; its first people come with the first sync.'
  const advice = isUnsynced
    ? unsynced
    : state === 'INACTIVE'
      ? paused
      : (ADVICE[state] ?? (isLate ? late : null))
  if (advice === null) return null
  const needsPortal = state === 'INVALID_CREDENTIALS' || (state === 'INACTIVE' && provider === 'WORKOS')
  return (
    <p className={state === 'INVALID_CREDENTIALS' || state === 'DELETING' ? 'advice bad' : 'advice'}>
      {advice} {state === 'OTHER' && <code>{upstreamState}</code>}
      {needsPortal && organization && (
        <Link className="link" href={organizationPath(organization.id)}>
          Make a portal link
        </Link>
      )}
    </p>
  )
}
