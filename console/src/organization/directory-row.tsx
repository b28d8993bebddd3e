import { GridListItem, Text } from 'react-aria-components'
import { graphql, useFragment } from 'react-relay'
import { useTouched } from '../live/live.tsx'
import { TouchedSign } from '../live/touched.tsx'
import { attentionOf } from '../organizations/attention.ts'
import { StateBadge } from '../ui/badge.tsx'
import { Time, useNow } from '../ui/time.tsx'
import { words } from '../ui/words.ts'
import type { directoryRow_directory$key } from './__generated__/directoryRow_directory.graphql.ts'

interface DirectoryRowProps {
  readonly directory: directoryRow_directory$key
  /** When its organization was created. */
  readonly organizationSince: string | null | undefined
}

/** A directory among others of its organization: its state, where it is from, and what is wrong with it. */
export function DirectoryRow({ directory, organizationSince }: DirectoryRowProps) {
  const { id, name, provider, state, identityProvider, protocol, lastSyncedAt, createdAt } = useFragment(
    graphql`
      fragment directoryRow_directory on Directory {
        id
        name
        provider
        state
        identityProvider
        protocol
        lastSyncedAt
        createdAt
      }
    `,
    directory,
  )
  const nowMs = useNow(60_000)
  const isTouched = useTouched().has(id)
  const since = createdAt ?? organizationSince
  const attention = attentionOf({ state, lastSyncedAt, since, provider }, nowMs)
  return (
    <GridListItem
      id={id}
      textValue={name}
      href={`/directories/${encodeURIComponent(id)}`}
      className={isTouched ? 'row touched' : 'row'}
    >
      <span className="row-head">
        <Text className="row-title">
          <bdi>{name}</bdi>
        </Text>
        <StateBadge state={state} />
        {attention && <span className="reason">{attention.reason}</span>}
        {isTouched && <TouchedSign />}
      </span>
      <Text slot="description" className="muted">
        {words(identityProvider)} by {words(protocol)} · last sync:{' '}
        <Time value={lastSyncedAt ?? null} none={provider === 'WORKOS' ? 'not told by WorkOS' : 'never'} />
      </Text>
    </GridListItem>
  )
}
