import { GridListItem, Text } from 'react-aria-components'
import { graphql, useFragment } from 'react-relay'
import { useTouched } from '../live/live.tsx'
import { TouchedSign } from '../live/touched.tsx'
import { ProviderBadge, StateBadge } from '../ui/badge.tsx'
import { useNow } from '../ui/time.tsx'
import type { organizationRow_organization$key } from './__generated__/organizationRow_organization.graphql.ts'
import { attentionOf } from './attention.ts'

/** An organization among others: its domains, its directories, and what is wrong with them. */
export function OrganizationRow({
  organization,
}: {
  readonly organization: organizationRow_organization$key
}) {
  const { id, name, provider, createdAt, domains, directories } = useFragment(
    graphql`
      fragment organizationRow_organization on Organization {
        id
        name
        provider
        createdAt
        domains {
          domain
        }
        directories(first: 5) {
          nodes {
            id
            name
            state
            lastSyncedAt
            createdAt
          }
          pageInfo {
            hasNextPage
          }
        }
      }
    `,
    organization,
  )
  const nowMs = useNow(60_000)
  const touched = useTouched()
  const its = directories?.nodes?.flatMap(directory => directory ?? []) ?? []
  const isTouched = touched.has(id) || its.some(directory => touched.has(directory.id))
  return (
    <GridListItem
      id={id}
      textValue={name}
      href={`/organizations/${encodeURIComponent(id)}`}
      className={isTouched ? 'row touched' : 'row'}
    >
      <span className="row-head">
        <Text className="row-title">
          <bdi>{name}</bdi>
        </Text>
        <ProviderBadge provider={provider} />
        {isTouched && <TouchedSign />}
      </span>
      <Text slot="description" className="muted">
        {domains.length === 0 && 'No domains'}
        {domains.map(({ domain }, index) => (
          <span key={domain}>
            {index > 0 && ', '}
            <bdi>{domain}</bdi>
          </span>
        ))}
      </Text>
      <span className="chips">
        {directories === null && <span className="bad">Its directories could not be read</span>}
        {directories !== null && its.length === 0 && <span className="muted">No directories</span>}
        {its.map(directory => {
          const since = directory.createdAt ?? createdAt
          const attention = attentionOf({ ...directory, provider, since }, nowMs)
          return (
            <span className="chip" key={directory.id}>
              <bdi>{directory.name}</bdi> <StateBadge state={directory.state} />
              {attention && <span className="reason">{attention.reason}</span>}
            </span>
          )
        })}
        {directories?.pageInfo.hasNextPage && <span className="muted">and more</span>}
      </span>
    </GridListItem>
  )
}
