import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  commitMutation,
  createOperationDescriptor,
  type Environment,
  type FragmentType,
  fetchQuery,
  getSingularSelector,
  type MutationParameters,
  type OperationDescriptor,
  type SingularReaderSelector,
  type Variables,
} from 'relay-runtime'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createRelayEnvironment } from '../../examples/relay/environment.ts'
import { type ServedApp, serveApp } from '../support/serve-app.ts'
import { globalId } from '../support/start-app.ts'
import { compileRelay, type RelayArtifacts } from './compile-relay.ts'

const DOCUMENTS = fileURLToPath(new URL('../../examples/relay', import.meta.url))

interface Connection<Node> {
  readonly __id?: string
  readonly edges: readonly ({ readonly node: Node | null } | null)[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string
    readonly endCursor: string
  }
}

let artifacts: RelayArtifacts
beforeAll(async () => {
  artifacts = await compileRelay(DOCUMENTS)
})
afterAll(() => artifacts.remove())

let app: ServedApp
let relay: Environment
beforeEach(async () => {
  app = await serveApp()
  relay = createRelayEnvironment(app.url)
})
afterEach(() => app.stop())

/** Fetches an operation into the store and keeps it there, as a mounted component does. */
async function load(name: string, variables: Variables): Promise<OperationDescriptor> {
  const request = await artifacts.operation(name)
  const operation = createOperationDescriptor(request, variables)
  relay.retain(operation)
  await fetchQuery(relay, request, variables).toPromise()
  return operation
}

/** What a component gets from `useFragment`. */
async function readFragment<Data>(name: string, holder: unknown): Promise<Data> {
  const selector = getSingularSelector(await artifacts.fragment(name), holder as FragmentType)
  return relay.lookup(selector as SingularReaderSelector).data as Data
}

async function commit<Data>(name: string, variables: Variables): Promise<Data> {
  const mutation = await artifacts.operation(name)
  return new Promise((resolve, reject) => {
    commitMutation<MutationParameters>(relay, {
      mutation,
      variables,
      onCompleted: data => resolve(data as Data),
      onError: reject,
    })
  })
}

function largeDirectoryId(provider: 'workos' | 'scalekit'): string {
  const { known } = app.sandbox.data
  return provider === 'workos'
    ? globalId('Directory', 'workos', known.workosOrganizationId, known.workosLargeDirectoryId)
    : globalId('Directory', 'scalekit', known.scalekitOrganizationId, known.scalekitLargeDirectoryId)
}

function idsOf(connection: Connection<{ readonly id: string }>): (string | undefined)[] {
  return connection.edges.map(edge => edge?.node?.id)
}

describe('a list of organizations', () => {
  async function readOrganizations(operation: OperationDescriptor) {
    const { organizations } = await readFragment<{ organizations: Connection<{ id: string; name: string }> }>(
      'organizationList_query',
      relay.lookup(operation.fragment).data,
    )
    return organizations
  }

  test('grows page by page over both providers, each row once', async () => {
    const operation = await load('organizationListQuery', { first: 4, filter: null })
    let pages = 1
    let organizations = await readOrganizations(operation)
    while (organizations.pageInfo.hasNextPage) {
      const after = organizations.pageInfo.endCursor
      await load('organizationListPaginationQuery', { first: 4, after, filter: null })
      organizations = await readOrganizations(operation)
      pages += 1
    }
    const { workos, scalekit } = app.sandbox.data
    const expected = [
      ...workos.organizations.map(({ id }) => globalId('Organization', 'workos', id)),
      ...scalekit.organizations.map(({ id }) => globalId('Organization', 'scalekit', id)),
    ]
    expect(pages).toBe(Math.ceil(expected.length / 4))
    expect(idsOf(organizations).toSorted()).toEqual(expected.toSorted())
  })

  test('keeps the rows of one provider while the other is down', async () => {
    app.sandbox.inject({ provider: 'scalekit', kind: 'status', status: 503 })
    const operation = await load('organizationListQuery', { first: 20, filter: null })
    const ids = idsOf(await readOrganizations(operation)).filter(id => id !== undefined)
    expect(ids).toHaveLength(app.sandbox.data.workos.organizations.length)
  })
})

describe.each(['workos', 'scalekit'] as const)('the users of a directory of %s', provider => {
  async function readUsers(operation: OperationDescriptor) {
    const { node } = relay.lookup(operation.fragment).data as { node: { directory: unknown } }
    const { users } = await readFragment<{ users: Connection<{ id: string }> }>(
      'directoryUsers_directory',
      node.directory,
    )
    return users
  }

  /** The first thirty, read in one page by a client of its own. */
  async function readThirty(directory: string) {
    const operation = await load('directoryUsersQuery', { directory, first: 30 })
    const users = await readUsers(operation)
    relay = createRelayEnvironment(app.url)
    return { ids: idsOf(users), last: users.pageInfo.endCursor }
  }

  test('grow at the end, with no row lost or doubled', async () => {
    const id = largeDirectoryId(provider)
    const thirty = await readThirty(id)

    const operation = await load('directoryUsersQuery', { directory: id, first: 10 })
    for (const size of [20, 30]) {
      const { endCursor: after } = (await readUsers(operation)).pageInfo
      await load('directoryUsersPaginationQuery', { id, first: 10, after })
      expect(idsOf(await readUsers(operation))).toEqual(thirty.ids.slice(0, size))
    }
  })

  test('grow at the beginning, with no row lost or doubled', async () => {
    const id = largeDirectoryId(provider)
    const thirty = await readThirty(id)

    // A reader comes by a link to the middle of the list, and scrolls up.
    const operation = await load('directoryUsersQuery', { directory: id, last: 10, before: thirty.last })
    for (const size of [20, 29]) {
      const { startCursor: before, hasPreviousPage } = (await readUsers(operation)).pageInfo
      expect(hasPreviousPage).toBe(true)
      await load('directoryUsersPaginationQuery', { id, last: 10, before })
      expect(idsOf(await readUsers(operation))).toEqual(thirty.ids.slice(29 - size, 29))
    }
    expect((await readUsers(operation)).pageInfo.hasPreviousPage).toBe(false)
  })

  test('are null where the id is of something that is no directory', async () => {
    const organization = app.sandbox.data[provider].organizations[0]?.id ?? ''
    const directory = globalId('Organization', provider, organization)
    const operation = await load('directoryUsersQuery', { directory, first: 10 })
    expect(relay.lookup(operation.fragment).data).toEqual({ node: { directory: null } })
  })
})

describe('the directories of an organization', () => {
  async function loadDirectories(organization: string) {
    const operation = await load('organizationDirectoriesQuery', { organization })
    const read = () =>
      (
        relay.lookup(operation.fragment).data as {
          organization: { directories: Connection<{ id: string; name: string }> & { __id: string } }
        }
      ).organization.directories
    return { read, connections: [read().__id] }
  }

  test('take in a new one and let a deleted one go, without being fetched again', async () => {
    const { scalekitTwoDirectoriesOrganizationId } = app.sandbox.data.known
    const organizationId = globalId('Organization', 'scalekit', scalekitTwoDirectoriesOrganizationId)
    const { read, connections } = await loadDirectories(organizationId)
    const before = idsOf(read())
    expect(before).toHaveLength(2)

    const created = await commit<{ createDirectory: { directory: { id: string } } }>(
      'organizationDirectoriesCreateMutation',
      { input: { organizationId, identityProvider: 'OKTA' }, connections },
    )
    expect(idsOf(read())).toEqual([...before, created.createDirectory.directory.id])

    const directoryId = before[0] ?? ''
    await commit('organizationDirectoriesDeleteMutation', {
      input: { directoryId, force: true },
      connections,
    })
    expect(idsOf(read())).toEqual([before[1], created.createDirectory.directory.id])
    expect(relay.getStore().getSource().get(directoryId)).toBeFalsy()
  })

  test('stay as they are when the mutation answers a typed error', async () => {
    const { workosTwoDirectoriesOrganizationId } = app.sandbox.data.known
    const organizationId = globalId('Organization', 'workos', workosTwoDirectoriesOrganizationId)
    const { read, connections } = await loadDirectories(organizationId)
    const before = idsOf(read())

    const { createDirectory } = await commit<{ createDirectory: { __typename: string; message: string } }>(
      'organizationDirectoriesCreateMutation',
      { input: { organizationId, identityProvider: 'OKTA' }, connections },
    )
    expect(createDirectory.__typename).toBe('UnsupportedError')
    expect(createDirectory.message).toContain('createPortalLink')
    expect(idsOf(read())).toEqual(before)
  })
})

test('the compiler refuses a document that the schema does not hold, so that it can be trusted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dirgraph-relay-wrong-'))
  await writeFile(
    join(folder, 'wrong.ts'),
    "import { graphql } from 'relay-runtime'\ngraphql`query wrongQuery { organizations(first: 1) { nobody } }`\n",
  )
  await expect(compileRelay(folder)).rejects.toThrow(/nobody/)
  await rm(folder, { recursive: true })
})
