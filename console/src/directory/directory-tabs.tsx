import { type ReactNode, Suspense } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { FailureBoundary } from '../ui/failure-boundary.tsx'
import { Loading } from '../ui/loading.tsx'
import { words } from '../ui/words.ts'
import { GroupsTab } from './groups-tab.tsx'
import { MappingsTab } from './mappings-tab.tsx'
import { TABS, type TabName, usePlace } from './place.ts'
import { SecretsTab } from './secrets-tab.tsx'
import { UsersTab } from './users-tab.tsx'

interface DirectoryTabsProps {
  readonly id: string
  readonly provider: string
  readonly operations: ReadonlySet<string>
}

/** What a directory holds. A tab that is not open asks for nothing. */
export function DirectoryTabs({ id, provider, operations }: DirectoryTabsProps) {
  const [{ tab }, go] = usePlace()
  const panels: Record<TabName, ReactNode> = {
    users: <UsersTab directoryId={id} provider={provider} />,
    groups: <GroupsTab directoryId={id} />,
    secrets: <SecretsTab directoryId={id} operations={operations} />,
    mappings: <MappingsTab directoryId={id} />,
  }
  return (
    <Tabs
      className="tabs"
      selectedKey={tab}
      onSelectionChange={key =>
        go({ tab: TABS.find(name => name === key) ?? 'users', user: null, group: null })
      }
    >
      <TabList className="tab-list" aria-label="Of this directory">
        {TABS.map(name => (
          <Tab key={name} id={name} className="tab">
            {words(name)}
          </Tab>
        ))}
      </TabList>
      {TABS.map(name => (
        <TabPanel key={name} id={name} className="tab-panel">
          <FailureBoundary>
            <Suspense fallback={<Loading what={name} />}>{panels[name]}</Suspense>
          </FailureBoundary>
        </TabPanel>
      ))}
    </Tabs>
  )
}
