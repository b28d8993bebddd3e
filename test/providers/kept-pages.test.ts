import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../../src/domain/caller.ts'
import type { CallContext, DirectoryProvider } from '../../src/domain/directory-provider.ts'
import { type EntityKey, organizationKeyOf, type ProviderName } from '../../src/domain/entity-key.ts'
import type { EventReceiver } from '../../src/domain/event-receiver.ts'
import { nodesOf } from '../../src/domain/page.ts'
import { createCompositeProvider } from '../../src/providers/composite-provider.ts'
import { restrictProvider } from '../../src/providers/restrict-provider.ts'
import { createCostMeter } from '../../src/request/cost-meter.ts'
import { createLoaders } from '../../src/request/loaders.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { anyCall } from '../support/any-call.ts'
import {
  forward,
  keysOf,
  lastCursor,
  NO_DIRECTORY_FILTER,
  NO_ORGANIZATION_FILTER,
  NO_USER_FILTER,
  openScalekit,
  openWorkos,
  whole,
} from './start-ground.ts'

const TTL_MS = 300_000
const ORGANIZATIONS = { ...NO_ORGANIZATION_FILTER, page: forward(20) }
const ANYBODY: Caller = {
  kind: 'nobody',
  subject: null,
  organization: null,
  permissions: new Set(['directories:read']),
  expiresAtMs: null,
}
const OPEN = { workos: openWorkos, scalekit: openScalekit }

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await startSandbox()
})
afterEach(() => sandbox.stop())

/** The list of organizations, and each that is nested in one directory with people and groups: asked for, and out of what is kept. */
function listsOf(provider: DirectoryProvider, directory: EntityKey) {
  const of = { key: organizationKeyOf(directory) as EntityKey }
  const within = { kind: 'Directory', key: directory } as const
  const directories = { of, page: forward(5) }
  const users = { within, page: forward(3), filter: NO_USER_FILTER, detail: 'basic' } as const
  const groups = { within, page: forward(3), detail: 'basic' } as const
  const { kept } = provider
  return {
    organizations: {
      asked: (call: CallContext) => provider.listOrganizations(ORGANIZATIONS, call),
      kept: (call: CallContext) => kept.listOrganizations(ORGANIZATIONS, call),
    },
    directories: {
      asked: async (call: CallContext) => whole((await provider.listDirectories([directories], call))[0]),
      kept: (call: CallContext) => kept.listDirectories(directories, call),
    },
    users: {
      asked: async (call: CallContext) => whole((await provider.listUsers([users], call))[0]),
      kept: (call: CallContext) => kept.listUsers(users, call),
    },
    groups: {
      asked: async (call: CallContext) => whole((await provider.listGroups([groups], call))[0]),
      kept: (call: CallContext) => kept.listGroups(groups, call),
    },
  }
}

/** A directory of the provider that has people and groups. */
async function someDirectory(name: 'workos' | 'scalekit'): Promise<EntityKey> {
  const page = await OPEN[name](sandbox).listAllDirectories(
    { ...NO_DIRECTORY_FILTER, page: forward(20) },
    anyCall(),
  )
  const found = nodesOf(page).find(({ stats }) => (stats.totalUsers ?? 0) > 3 && (stats.totalGroups ?? 0) > 1)
  if (found === undefined) throw new Error('the sandbox has one')
  return found.key
}

describe.each(['workos', 'scalekit'] as const)('at %s a list', name => {
  let provider: DirectoryProvider & EventReceiver
  let directory: EntityKey

  beforeEach(async () => {
    directory = await someDirectory(name)
    provider = OPEN[name](sandbox, undefined, TTL_MS)
    sandbox.clearCalls()
  })

  test.each(['organizations', 'directories', 'users', 'groups'] as const)(
    'of %s is told at once when it is kept, as it was asked for, and by no call',
    async what => {
      const list = listsOf(provider, directory)[what]
      expect(list.kept(anyCall())).toBeNull()
      const asked = await list.asked(anyCall())
      expect(asked.edges.length).toBeGreaterThan(0)
      sandbox.clearCalls()
      expect(list.kept(anyCall())).toEqual(asked)
      expect(sandbox.calls).toEqual([])
    },
  )

  test('counts as a hit of its operation, and as one however often that reads it', async () => {
    const { users } = listsOf(provider, directory)
    await users.asked(anyCall())
    const meter = createCostMeter(10)
    const call = anyCall({ meter })
    users.kept(call)
    users.kept(call)
    await users.asked(call)
    expect([meter.counts.cacheHits, meter.upstreamCalls]).toEqual([1, 0])
  })

  test('is not told of what is on its way, nor of what is kept of another page', async () => {
    const { users } = listsOf(provider, directory)
    const call = anyCall()
    const asked = users.asked(call)
    expect(users.kept(call)).toBeNull()
    await asked
    const within = { kind: 'Directory', key: directory } as const
    const other = { within, page: forward(2), filter: NO_USER_FILTER, detail: 'basic' } as const
    expect(provider.kept.listUsers(other, anyCall())).toBeNull()
  })

  test('is not told once it may have changed, nor while reuse is suspended', async () => {
    const { users, groups } = listsOf(provider, directory)
    await Promise.all([users.asked(anyCall()), groups.asked(anyCall())])
    provider.suspendReuse(true)
    expect(users.kept(anyCall())).toBeNull()
    provider.suspendReuse(false)
    expect(users.kept(anyCall())).not.toBeNull()
    await provider.forgetAll()
    expect([users.kept(anyCall()), groups.kept(anyCall())]).toEqual([null, null])
  })
})

describe('at WorkOS', () => {
  test('the listing of all directories tells those of each organization, with no call for any of them', async () => {
    const workos = openWorkos(sandbox, undefined, TTL_MS)
    const organizations = nodesOf(await workos.listOrganizations(ORGANIZATIONS, anyCall()))
    const lists = organizations.map(of => ({ of, page: forward(5) }))
    const asked = (await workos.listDirectories(lists, anyCall())).map(whole)
    sandbox.clearCalls()
    expect(lists.map(list => workos.kept.listDirectories(list, anyCall()))).toEqual(asked)
    expect(new Set(asked.flatMap(keysOf)).size).toBeGreaterThan(1)
    expect(sandbox.calls).toEqual([])
  })

  test('a directory that the kept listing shows needs no proof of its place', async () => {
    const workos = openWorkos(sandbox, undefined, TTL_MS)
    const directory = await someDirectory('workos')
    const boundTo = organizationKeyOf(directory)
    const others = nodesOf(await workos.listOrganizations(ORGANIZATIONS, anyCall())).filter(
      ({ key }) => key !== boundTo,
    )
    await workos.listDirectories(
      others.map(of => ({ of, page: forward(5) })),
      anyCall(),
    )
    const { directories, users } = listsOf(workos, directory)
    sandbox.clearCalls()
    expect(directories.kept(anyCall({ boundTo }))?.edges.length).toBeGreaterThan(0)
    await users.asked(anyCall({ boundTo }))
    expect(sandbox.calls.map(({ path }) => path.split('?')[0])).toEqual(['/directory_users'])
  })

  test('a user is told nothing of a directory that is not proven to be where its key says', async () => {
    const workos = openWorkos(sandbox, undefined, TTL_MS)
    const directory = await someDirectory('workos')
    const boundTo = organizationKeyOf(directory)
    const { users } = listsOf(workos, directory)
    await users.asked(anyCall())
    expect(users.kept(anyCall({ boundTo }))).toBeNull()
    await users.asked(anyCall({ boundTo }))
    expect(users.kept(anyCall({ boundTo }))).not.toBeNull()
  })
})

describe('at Scalekit', () => {
  test('what was read in full tells what is needed of less, and not the other way round', async () => {
    const scalekit = openScalekit(sandbox, undefined, TTL_MS)
    const within = { kind: 'Directory', key: await someDirectory('scalekit') } as const
    const list = (detail: 'basic' | 'full') => ({
      within,
      page: forward(3),
      filter: NO_USER_FILTER,
      detail,
    })
    await scalekit.listUsers([list('basic')], anyCall())
    expect(scalekit.kept.listUsers(list('full'), anyCall())).toBeNull()
    await scalekit.forgetAll()
    const [full] = await scalekit.listUsers([list('full')], anyCall())
    expect(scalekit.kept.listUsers(list('basic'), anyCall())).toEqual(whole(full))
  })
})

describe('the organizations of both', () => {
  let both: DirectoryProvider
  let workos: DirectoryProvider
  beforeEach(() => {
    workos = openWorkos(sandbox, undefined, TTL_MS)
    const scalekit = openScalekit(sandbox, undefined, TTL_MS)
    both = createCompositeProvider(
      new Map(Object.entries({ workos, scalekit }) as [ProviderName, DirectoryProvider][]),
    )
  })

  test('are told at once where all parts of the page are kept, as they were asked for, page by page', async () => {
    await workos.listOrganizations(ORGANIZATIONS, anyCall())
    // As long as the other part may have to be asked, nothing of the page is told.
    expect(both.kept.listOrganizations(ORGANIZATIONS, anyCall())).toBeNull()
    for (let list = { ...ORGANIZATIONS, page: forward(3) }, pages = 1; ; pages += 1) {
      const asked = await both.listOrganizations(list, anyCall())
      sandbox.clearCalls()
      expect(both.kept.listOrganizations(list, anyCall())).toEqual(asked)
      expect(sandbox.calls).toEqual([])
      if (!asked.hasNextPage) return expect(pages).toBeGreaterThan(3)
      list = { ...list, page: forward(3, lastCursor(asked)) }
    }
  })

  test('are asked for where a part fails, which says why', async () => {
    await both.listOrganizations(ORGANIZATIONS, anyCall())
    const broken = { ...ORGANIZATIONS, page: forward(3, 'workos:no cursor') }
    expect(both.kept.listOrganizations(broken, anyCall())).toBeNull()
    await expect(both.listOrganizations(broken, anyCall())).rejects.toThrow('no cursor of WorkOS')
  })

  test('begin the listing of their directories where that is not kept, and ask for nothing else', async () => {
    const list = { ...ORGANIZATIONS, isWithDirectories: true }
    await both.listOrganizations(ORGANIZATIONS, anyCall())
    sandbox.clearCalls()
    expect(both.kept.listOrganizations(list, anyCall())).not.toBeNull()
    await expect.poll(() => sandbox.calls.map(({ path }) => path)).toEqual(['/directories'])
  })

  test('are told to nobody who may see one alone', async () => {
    const [organization = null] = nodesOf(await both.listOrganizations(ORGANIZATIONS, anyCall()))
    const caller = { ...ANYBODY, organization: organization?.key ?? null }
    expect(restrictProvider(both, caller).kept.listOrganizations(ORGANIZATIONS, anyCall())).toBeNull()
    expect(restrictProvider(both, ANYBODY).kept.listOrganizations(ORGANIZATIONS, anyCall())).not.toBeNull()
  })
})

test('an operation that names a list again is told the same, though the answer is dropped meanwhile', async () => {
  const workos = openWorkos(sandbox, undefined, TTL_MS)
  const directory = await someDirectory('workos')
  await listsOf(workos, directory).users.asked(anyCall())
  const { listUsers } = createLoaders(workos, anyCall())
  const within = { kind: 'Directory', key: directory } as const
  const list = { within, page: forward(3), filter: NO_USER_FILTER, detail: 'basic' } as const
  sandbox.clearCalls()
  const first = listUsers.load(list)
  expect(first).not.toBeInstanceOf(Promise)
  await workos.forgetAll()
  expect(await listUsers.load(list)).toBe(first)
  expect(sandbox.calls).toEqual([])
})
