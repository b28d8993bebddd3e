import { Suspense, useDeferredValue, useEffect, useState } from 'react'
import { Heading, Input, Label, Radio, RadioGroup, SearchField } from 'react-aria-components'
import { graphql } from 'react-relay'
import { useScreenQuery } from '../relay/use-screen-query.ts'
import { FailureBoundary } from '../ui/failure-boundary.tsx'
import { Loading } from '../ui/loading.tsx'
import { words } from '../ui/words.ts'
import type { organizationsScreenQuery, Provider } from './__generated__/organizationsScreenQuery.graphql.ts'
import { AttentionList } from './attention-list.tsx'
import { OrganizationsList } from './organizations-list.tsx'

const PROVIDERS = ['WORKOS', 'SCALEKIT'] as const
/** Scalekit searches for no less. */
const MIN_SEARCH = 3
/** Each search is a call to a provider: not one for every letter. */
const PAUSE_MS = 300

/** All organizations of both providers, what needs attention first. */
export function OrganizationsScreen() {
  const [provider, setProvider] = useState<Provider | null>(null)
  const [text, setText] = useState('')
  const sought = useSettled(text.trim())
  const search = useDeferredValue(sought.length >= MIN_SEARCH ? sought : null)
  return (
    <div className="screen">
      <title>Organizations · dirgraph</title>
      <Heading level={1}>Organizations</Heading>
      <FailureBoundary>
        <Suspense fallback={<Loading what="what needs attention" />}>
          <AttentionList />
        </Suspense>
      </FailureBoundary>
      <div className="tools">
        <SearchField value={text} onChange={setText} className="search">
          <Label>Search by name</Label>
          <Input placeholder="3 letters or more" />
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
          <Listed provider={provider} search={search} />
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
  const { data, refresh } = useScreenQuery<organizationsScreenQuery>(
    graphql`
      query organizationsScreenQuery($provider: Provider, $search: String) {
        ...organizationsList_query @arguments(provider: $provider, search: $search)
      }
    `,
    { provider, search },
  )
  return (
    <OrganizationsList
      query={data}
      isFiltered={provider !== null || search !== null}
      onRetry={refresh}
      key={`${provider} ${search}`}
    />
  )
}
