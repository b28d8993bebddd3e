import { Suspense, useDeferredValue, useState } from 'react'
import { Heading, Input, Label, Radio, RadioGroup, SearchField } from 'react-aria-components'
import { graphql, useLazyLoadQuery } from 'react-relay'
import { Loading } from '../ui/loading.tsx'
import { words } from '../ui/words.ts'
import type { organizationsScreenQuery, Provider } from './__generated__/organizationsScreenQuery.graphql.ts'
import { AttentionList } from './attention-list.tsx'
import { OrganizationsList } from './organizations-list.tsx'

const PROVIDERS = ['WORKOS', 'SCALEKIT'] as const
/** Scalekit searches for no less. */
const MIN_SEARCH = 3

/** All organizations of both providers, what needs attention first. */
export function OrganizationsScreen() {
  const [provider, setProvider] = useState<Provider | null>(null)
  const [text, setText] = useState('')
  const search = useDeferredValue(text.trim().length >= MIN_SEARCH ? text.trim() : null)
  return (
    <div className="screen">
      <title>Organizations · dirgraph</title>
      <Heading level={1}>Organizations</Heading>
      <Suspense fallback={<Loading what="what needs attention" />}>
        <AttentionList />
      </Suspense>
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
      <Suspense fallback={<Loading what="organizations" />}>
        <Listed provider={provider} search={search} />
      </Suspense>
    </div>
  )
}

function Listed({
  provider,
  search,
}: {
  readonly provider: Provider | null
  readonly search: string | null
}) {
  const data = useLazyLoadQuery<organizationsScreenQuery>(
    graphql`
      query organizationsScreenQuery($provider: Provider, $search: String) {
        ...organizationsList_query @arguments(provider: $provider, search: $search)
      }
    `,
    { provider, search },
    { fetchPolicy: 'store-and-network' },
  )
  return <OrganizationsList query={data} isFiltered={provider !== null || search !== null} />
}
