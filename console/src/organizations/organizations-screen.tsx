import { Suspense, useDeferredValue, useEffect, useState } from 'react'
import { Input, Label, Radio, RadioGroup, SearchField, Text } from 'react-aria-components'
import { graphql } from 'react-relay'
import { useKnownQuery } from '../relay/use-known-query.ts'
import { FailureBoundary } from '../ui/failure-boundary.tsx'
import { Loading } from '../ui/loading.tsx'
import { ScreenHeading } from '../ui/screen-heading.tsx'
import { words } from '../ui/words.ts'
import type { organizationsScreenQuery, Provider } from './__generated__/organizationsScreenQuery.graphql.ts'
import { AttentionList } from './attention-list.tsx'
import { OrganizationsList } from './organizations-list.tsx'

const PROVIDERS = ['WORKOS', 'SCALEKIT'] as const
/** Scalekit searches for no less, and no more. */
const MIN_SEARCH = 3
const MAX_SEARCH = 100
/** Each search is a call to a provider: not one for every letter. */
const PAUSE_MS = 300

/** All organizations of both providers, what needs attention first. */
export function OrganizationsScreen() {
  const [provider, setProvider] = useState<Provider | null>(null)
  const [text, setText] = useState('')
  const sought = useSettled(text.trim())
  const isTooShort = (part: string) => part.length < MIN_SEARCH && provider !== 'WORKOS'
  const search = useDeferredValue(sought === '' || isTooShort(sought) ? null : sought)
  const short = text.trim()
  return (
    <div className="screen">
      <title>Organizations · dirgraph</title>
      <ScreenHeading>Organizations</ScreenHeading>
      <FailureBoundary>
        <Suspense fallback={<Loading what="what needs attention" />}>
          <AttentionList />
        </Suspense>
      </FailureBoundary>
      <div className="tools">
        <SearchField value={text} onChange={setText} className="search">
          <Label>Search by name</Label>
          <Input placeholder={`${MIN_SEARCH} letters or more`} maxLength={MAX_SEARCH} />
          <Text slot="description" className="muted search-hint" role="status">
            {short !== '' &&
              isTooShort(short) &&
              `Nothing is searched for yet: Scalekit takes ${MIN_SEARCH} letters or more. WorkOS alone takes fewer.`}
          </Text>
        </SearchField>
        <RadioGroup
          className="choices"
          orientation="horizontal"
          value={provider ?? 'ALL'}
          onChange={value => setProvider(PROVIDERS.find(one => one === value) ?? null)}
        >
          <Label>Provider</Label>
          <Radio value="ALL">All</Radio>
          {PROVIDERS.map(value => (
            <Radio key={value} value={value}>
              {words(value)}
            </Radio>
          ))}
        </RadioGroup>
      </div>
      <FailureBoundary>
        <Suspense fallback={<Loading what="organizations" />}>
          <Listed key={`${provider} ${search}`} provider={provider} search={search} />
        </Suspense>
      </FailureBoundary>
    </div>
  )
}

/** The text once nothing has been typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

function Listed({
  provider,
  search,
}: {
  readonly provider: Provider | null
  readonly search: string | null
}) {
  const variables = { provider, search }
  const { data, isOld, readAnew, lost } = useKnownQuery<organizationsScreenQuery>(
    graphql`
      query organizationsScreenQuery($provider: Provider, $search: String) {
        ...organizationsList_query @arguments(provider: $provider, search: $search)
      }
    `,
    variables,
  )
  return (
    <OrganizationsList query={data} variables={variables} isOld={isOld} onRetry={readAnew} lostAll={lost} />
  )
}
