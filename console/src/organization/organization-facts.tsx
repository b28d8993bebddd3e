import { Heading } from 'react-aria-components'
import { graphql, useFragment } from 'react-relay'
import { Copy } from '../ui/copy.tsx'
import { Time } from '../ui/time.tsx'
import { words } from '../ui/words.ts'
import type { organizationFacts_organization$key } from './__generated__/organizationFacts_organization.graphql.ts'

/** What the provider and the product have noted on an organization. */
export function OrganizationFacts({
  organization,
}: {
  readonly organization: organizationFacts_organization$key
}) {
  const { upstreamId, externalId, createdAt, domains, features, metadata } = useFragment(
    graphql`
      fragment organizationFacts_organization on Organization {
        upstreamId
        externalId
        createdAt
        domains {
          domain
          state
        }
        features {
          name
          enabled
        }
        metadata
      }
    `,
    organization,
  )
  const noted = Object.entries(metadata)
  return (
    <section className="card" aria-labelledby="facts">
      <Heading level={2} id="facts">
        About
      </Heading>
      <dl className="facts">
        <dt>Domains</dt>
        <dd>
          {domains.length === 0 && <span className="muted">None</span>}
          <ul className="plain">
            {domains.map(({ domain, state }) => (
              <li key={domain}>
                <bdi>{domain}</bdi>{' '}
                {state && <span className="badge quiet">{words(state.toUpperCase())}</span>}
              </li>
            ))}
          </ul>
        </dd>
        <dt>Provider’s id</dt>
        <dd>
          <Copy text={upstreamId} label="the provider’s id" />
        </dd>
        <dt>Your id</dt>
        <dd>
          {externalId ? <Copy text={externalId} label="your id" /> : <span className="muted">None</span>}
        </dd>
        <dt>Created</dt>
        <dd>
          <Time value={createdAt ?? null} none="not known" />
        </dd>
        {features.length > 0 && <dt>Features</dt>}
        {features.map(({ name, enabled }) => (
          <dd className="second" key={name}>
            <code>{name}</code>{' '}
            <span className={enabled ? 'badge good' : 'badge quiet'}>{enabled ? 'On' : 'Off'}</span>
          </dd>
        ))}
        {noted.length > 0 && <dt>Metadata</dt>}
        {noted.map(([name, value]) => (
          <dd className="second" key={name}>
            <code>{name}</code> <bdi>{typeof value === 'string' ? value : JSON.stringify(value)}</bdi>
          </dd>
        ))}
      </dl>
    </section>
  )
}
