import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { directoryId, organizationId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { inputFor, MUTATION_NAMES, mutate, OPERATION_OF } from './mutate.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp({ deletionDelayMs: 60_000 })
})
afterAll(() => app.stop())

interface Providers {
  providers: { provider: string; operations: string[]; reachable: boolean | null }[]
}

describe('providers', () => {
  test('are those that are set up, each once', async () => {
    const alone = await startApp({ providers: ['scalekit'] })
    const { data } = await alone.query<Providers>('{ providers { provider } }')
    expect(data?.providers).toEqual([{ provider: 'SCALEKIT' }])
    await alone.stop()
    const both = await app.query<Providers>('{ providers { provider } }')
    expect(both.data?.providers).toEqual([{ provider: 'WORKOS' }, { provider: 'SCALEKIT' }])
  })

  test.each(['workos', 'scalekit'] as const)(
    'of %s can do what it says, and nothing else',
    async provider => {
      const { known } = app.sandbox.data
      const ids = {
        workos: {
          organization: organizationId('workos', known.workosOrganizationId),
          directory: directoryId(app.sandbox, known.workosSmallDirectoryId),
        },
        scalekit: {
          organization: organizationId('scalekit', known.scalekitEmptyOrganizationId),
          directory: directoryId(app.sandbox, known.scalekitDisabledDirectoryId),
        },
      }[provider]
      const { data } = await app.query<Providers>('{ providers { provider operations } }')
      const told = data?.providers.find(entry => entry.provider === provider.toUpperCase())?.operations
      const done = new Set<string>()
      // What needs the directory comes before what deletes it.
      for (const name of MUTATION_NAMES.toSorted(
        (one, other) => Number(isLast(one)) - Number(isLast(other)),
      )) {
        // A directory that was switched on by a mutation before is deleted all the same.
        const force = isLast(name) ? { force: true } : {}
        const result = await mutate(app, name, { ...inputFor(name, ids), ...force })
        if (result.__typename === 'UnsupportedError') expect(result.operation).toBe(OPERATION_OF[name])
        else if (String(result.__typename).endsWith('Payload')) done.add(OPERATION_OF[name])
      }
      const search = await app.query(
        `query($provider: Provider) {
        SEARCH_ORGANIZATIONS: organizations(filter: { provider: $provider, search: "ant" }) { nodes { name } }
        SEARCH_DIRECTORIES: directories(filter: { provider: $provider, search: "okta" }) { nodes { name } }
      }`,
        { provider: provider.toUpperCase() },
      )
      for (const [operation, found] of Object.entries(search.data ?? {}))
        if (found !== null) done.add(operation)
      expect([...done].sort()).toEqual(told?.toSorted())
    },
  )
})

function isLast(name: string): boolean {
  return name === 'deleteDirectory'
}
