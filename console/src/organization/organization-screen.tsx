import { useEffect } from 'react'
import { Heading, Link } from 'react-aria-components'
import { graphql } from 'react-relay'
import { Touched } from '../live/touched.tsx'
import { useFailures } from '../relay/failures.ts'
import { useKnownQuery } from '../relay/use-known-query.ts'
import { useReadAgain } from '../relay/use-read-again.ts'
import { useOnHealed } from '../relay/use-retry.ts'
import { AgainFailed } from '../ui/again-failed.tsx'
import { ProviderBadge } from '../ui/badge.tsx'
import { Failed } from '../ui/failed.tsx'
import { ScreenHeading } from '../ui/screen-heading.tsx'
import type { organizationScreenAgainQuery } from './__generated__/organizationScreenAgainQuery.graphql.ts'
import type { organizationScreenQuery } from './__generated__/organizationScreenQuery.graphql.ts'
import { OrganizationDirectories } from './organization-directories.tsx'
import { OrganizationFacts } from './organization-facts.tsx'
import { PortalLink } from './portal-link.tsx'
import { ScimSwitch } from './scim-switch.tsx'
import './organization.css'

const NOT_THERE = 'It may have been deleted, its address may be misspelt, or your token does not reach it.'

/** What is read again of it: its directories are a list of its own. */
const AGAIN = graphql`
  query organizationScreenAgainQuery($id: ID!) {
    organization(by: { id: $id }) {
      name
      ...organizationFacts_organization
      ...scimSwitch_organization
    }
    providers {
      provider
      operations
    }
  }
`

/** One organization: what is known of it, its switch for SCIM, its portal link, its directories. */
export function OrganizationScreen({ id }: { readonly id: string }) {
  const variables = { id }
  const { data, isOld, readAnew } = useKnownQuery<organizationScreenQuery>(
    graphql`
      query organizationScreenQuery($id: ID!) {
        organization(by: { id: $id }) {
          id
          name
          provider
          ...organizationFacts_organization
          ...scimSwitch_organization
          ...organizationDirectories_organization
        }
        providers {
          provider
          operations
        }
      }
    `,
    variables,
  )
  const { organization, providers } = data
  const isThere = Boolean(organization)
  const { read, lost } = useReadAgain<organizationScreenAgainQuery>(AGAIN, variables)
  const readAgain = isThere ? read : readAnew
  useOnHealed(readAgain)
  // biome-ignore lint/correctness/useExhaustiveDependencies: at once, and then no more.
  useEffect(() => {
    if (isOld) readAgain()
  }, [isOld])
  const [failure] = useFailures([{ name: 'organizationScreenQuery', variables }], 'organization')
  if (!organization) {
    if (!failure) {
      return <Failed isScreen title="There is no such organization" message={NOT_THERE} href="/" />
    }
    const title = 'This organization could not be read'
    return <Failed isScreen title={title} message={failure.message} onRetry={readAnew} href="/" />
  }
  const { name, provider } = organization
  const operations = providers.find(status => status.provider === provider)?.operations ?? []
  return (
    <div className="screen">
      <title>{`${name} · dirgraph`}</title>
      <nav aria-label="Above this">
        <Link className="link" href="/">
          Organizations
        </Link>
      </nav>
      <div className="title">
        <ScreenHeading>
          <bdi>{name}</bdi>
        </ScreenHeading>
        <ProviderBadge provider={provider} />
        <Touched id={organization.id} />
      </div>
      <AgainFailed what="This organization" lost={lost} onRetry={() => read()} />
      <div className="cards">
        <OrganizationFacts organization={organization} />
        <section className="card" aria-labelledby="setup">
          <Heading level={2} id="setup">
            Directory sync
          </Heading>
          <ScimSwitch organization={organization} />
          <PortalLink organizationId={organization.id} provider={provider} key={organization.id} />
        </section>
      </div>
      <OrganizationDirectories
        organization={organization}
        canCreate={operations.includes('CREATE_DIRECTORY')}
        isOld={isOld}
        onRetry={readAnew}
      />
    </div>
  )
}
