import { Link } from 'react-aria-components'
import { graphql, useFragment } from 'react-relay'
import { useTouched } from '../live/live.tsx'
import { Touched } from '../live/touched.tsx'
import { ProviderBadge, StateBadge } from '../ui/badge.tsx'
import { Copy } from '../ui/copy.tsx'
import { ScreenHeading } from '../ui/screen-heading.tsx'
import { Time } from '../ui/time.tsx'
import { words } from '../ui/words.ts'
import type { directoryHead_directory$key } from './__generated__/directoryHead_directory.graphql.ts'
import { DirectoryStats } from './directory-stats.tsx'
import { organizationPath } from './place.ts'
import { StateAdvice } from './state-advice.tsx'

/** What a directory is, how it is, and what to do where that is not well. */
export function DirectoryHead({ directory }: { readonly directory: directoryHead_directory$key }) {
  const data = useFragment(
    graphql`
      fragment directoryHead_directory on Directory {
        id
        name
        provider
        state
        enabled
        identityProvider
        protocol
        upstreamId
        upstreamType
        upstreamIdentityProvider
        scimEndpoint
        domain
        lastSyncedAt
        organization {
          id
          name
        }
        stats {
          ...directoryStats_stats
        }
        ...stateAdvice_directory
      }
    `,
    directory,
  )
  const isTouched = useTouched().has(data.id)
  const { organization, identityProvider, upstreamIdentityProvider, protocol, upstreamType } = data
  return (
    <header className={isTouched ? 'card directory-head touched' : 'card directory-head'}>
      <div className="row-head">
        <ScreenHeading>
          <bdi>{data.name}</bdi>
        </ScreenHeading>
        <StateBadge state={data.state} />
        <ProviderBadge provider={data.provider} />
        <Touched id={data.id} />
      </div>
      {organization && (
        <p>
          {'of '}
          <Link className="link" href={organizationPath(organization.id)}>
            <bdi>{organization.name}</bdi>
          </Link>
        </p>
      )}
      <StateAdvice directory={data} />
      <div className="directory-facts">
        <dl className="facts">
          <dt>Identity provider</dt>
          <dd>{orTheirs(identityProvider, upstreamIdentityProvider)}</dd>
          <dt>Protocol</dt>
          <dd>{orTheirs(protocol, upstreamType)}</dd>
          <dt>Switched on</dt>
          <dd>{data.enabled ? 'Yes' : 'No'}</dd>
          <dt>Domain</dt>
          <dd>{data.domain ? <bdi>{data.domain}</bdi> : <span className="muted">None</span>}</dd>
          <dt>Last sync</dt>
          <dd>
            <Time
              value={data.lastSyncedAt ?? null}
              none={data.provider === 'WORKOS' ? 'Not told by WorkOS' : 'Never'}
            />
          </dd>
        </dl>
        <DirectoryStats stats={data.stats} provider={data.provider} />
        <dl className="facts wide-facts">
          {data.scimEndpoint && (
            <>
              <dt>SCIM endpoint</dt>
              <dd>
                <Copy text={data.scimEndpoint} label="SCIM endpoint" />
              </dd>
            </>
          )}
          <dt>{words(data.provider)} id</dt>
          <dd>
            <Copy text={data.upstreamId} label={`${words(data.provider)} id`} />
          </dd>
        </dl>
      </div>
    </header>
  )
}

/** The provider's own word says more than “other”. */
function orTheirs(ours: string, theirs: string | null | undefined): string {
  return ours === 'OTHER' && theirs ? theirs : words(ours)
}
