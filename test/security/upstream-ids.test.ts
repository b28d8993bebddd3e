import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CallContext, DirectoryProvider } from '../../src/domain/directory-provider.ts'
import type { EntityKey, ProviderName } from '../../src/domain/entity-key.ts'
import { InvalidInputError, ProviderError } from '../../src/domain/provider-error.ts'
import {
  forward,
  type Ground,
  NO_DIRECTORY_FILTER,
  NO_USER_FILTER,
  startGround,
} from '../providers/start-ground.ts'
import { anyCall } from '../support/any-call.ts'

let ground: Ground
beforeAll(async () => {
  ground = await startGround()
})
beforeEach(() => ground.sandbox.clearCalls())
afterAll(() => ground.sandbox.stop())

/** What must not get into a URL; none has the form of an id of either provider. */
const BAD_FORMS: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['a dot', '.'],
  ['dots', '..'],
  ['encoded dots', '%2e%2e'],
  ['a path', 'a/../b'],
  ['a path behind a prefix', 'org_1/../../directories'],
  ['a query', '?x'],
  ['a query behind a prefix', 'org_1?limit=1'],
  ['a fragment', 'org_1#x'],
  ['a URL', 'http://h'],
  ['another host', '//h'],
  ['backslashes', '\\\\h'],
  ['NUL', 'org_\0'],
  ['a line break', 'org_1\n'],
  ['white space', 'org_ 1'],
  ['another script', 'org_１'],
  ['half a character', 'org_\ud800'],
  ['a foreign prefix', 'acct_1'],
  ['a prefix alone', 'org_'],
  ['10 KB', `org_${'a'.repeat(10_240)}`],
]

type Ask = (provider: DirectoryProvider, key: EntityKey, call: CallContext) => Promise<unknown>

const find = (key: EntityKey) => [{ key, detail: 'full' }] as const
const page = forward(5)

/** Every method of the port that takes a key; those of lists and objects answer a slot for each. */
const OF_ORGANIZATION: Record<string, Ask> = {
  findOrganizations: (provider, key, call) => provider.findOrganizations(find(key), call),
  listDirectories: (provider, key, call) => provider.listDirectories([{ of: { key }, page }], call),
  'kept.listDirectories': async (provider, key, call) =>
    provider.kept.listDirectories({ of: { key }, page }, call),
  listAllDirectories: (provider, organization, call) =>
    provider.listAllDirectories({ ...NO_DIRECTORY_FILTER, page, organization }, call),
  findUsersByEmail: (provider, organization, call) =>
    provider.findUsersByEmail({ email: 'ada@private.example', organization, detail: 'basic' }, call),
  createPortalLink: (provider, key, call) => provider.createPortalLink(key, call),
  enableScim: (provider, key, call) => provider.enableScim(key, call),
  disableScim: (provider, key, call) => provider.disableScim(key, call),
  createDirectory: (provider, key, call) =>
    provider.createDirectory(key, { identityProvider: 'OKTA', protocol: 'SCIM' }, call),
}

const OF_DIRECTORY: Record<string, Ask> = {
  findDirectories: (provider, key, call) => provider.findDirectories(find(key), call),
  listUsers: (provider, key, call) =>
    provider.listUsers(
      [{ within: { kind: 'Directory', key }, page, filter: NO_USER_FILTER, detail: 'full' }],
      call,
    ),
  listGroups: (provider, key, call) =>
    provider.listGroups([{ within: { kind: 'Directory', key }, page, detail: 'full' }], call),
  'kept.listUsers': async (provider, key, call) =>
    provider.kept.listUsers(
      { within: { kind: 'Directory', key }, page, filter: NO_USER_FILTER, detail: 'full' },
      call,
    ),
  'kept.listGroups': async (provider, key, call) =>
    provider.kept.listGroups({ within: { kind: 'Directory', key }, page, detail: 'full' }, call),
  enableDirectory: (provider, key, call) => provider.enableDirectory(key, call),
  disableDirectory: (provider, key, call) => provider.disableDirectory(key, call),
  syncDirectory: (provider, key, call) => provider.syncDirectory(key, call),
  deleteDirectory: (provider, key, call) => provider.deleteDirectory(key, true, call),
  createDirectorySecret: (provider, key, call) => provider.createDirectorySecret(key, call),
}

const OF_MEMBER: Record<string, Ask> = {
  findUsers: (provider, key, call) => provider.findUsers(find(key), call),
  findGroups: (provider, key, call) => provider.findGroups(find(key), call),
  'listUsers of a group': (provider, key, call) =>
    provider.listUsers(
      [{ within: { kind: 'DirectoryGroup', key }, page, filter: NO_USER_FILTER, detail: 'full' }],
      call,
    ),
  'listGroups of a user': (provider, key, call) =>
    provider.listGroups(
      [{ within: { kind: 'DirectoryUser', key, groups: null }, page, detail: 'full' }],
      call,
    ),
}

const GOOD: Record<ProviderName, { readonly organization: string; readonly directory: string }> = {
  workos: { organization: 'org_01AAAA', directory: 'directory_01AAAA' },
  scalekit: { organization: 'org_1', directory: 'dir_1' },
}

/** The error of a call, wherever in its answer it stands. */
async function refusalOf(work: Promise<unknown>): Promise<unknown> {
  const outcome = await work.catch((error: unknown) => error)
  return Array.isArray(outcome) ? outcome[0] : outcome
}

async function refused(provider: ProviderName, ask: Ask, path: readonly string[]): Promise<void> {
  const key = [provider, ...path].join(':') as EntityKey
  const refusal = await refusalOf(ask(ground[provider], key, anyCall()))
  expect(refusal).toBeInstanceOf(ProviderError)
  // What the provider has nothing of is said first.
  expect(['BAD_USER_INPUT', 'UNSUPPORTED']).toContain((refusal as ProviderError).code)
  expect(ground.sandbox.calls).toEqual([])
}

describe.each(['workos', 'scalekit'] as const)('at %s an id that is', provider => {
  const { organization, directory } = GOOD[provider]

  test.each(BAD_FORMS)('%s is refused by every method of the port, without a call', async (_what, id) => {
    for (const ask of Object.values(OF_ORGANIZATION)) await refused(provider, ask, [id])
    for (const ask of Object.values(OF_DIRECTORY)) {
      await refused(provider, ask, [organization, id])
      await refused(provider, ask, [id, directory])
    }
    for (const ask of Object.values(OF_MEMBER)) {
      await refused(provider, ask, [organization, directory, id])
      await refused(provider, ask, [id, directory, id])
    }
  })
})

test('every method of the port that takes a key is among these', () => {
  const named = new Set([OF_ORGANIZATION, OF_DIRECTORY, OF_MEMBER].flatMap(asks => Object.keys(asks)))
  const keyless = ['statuses', 'budgets', 'check', 'listOrganizations', 'kept', 'kept.listOrganizations']
  const kept = Object.keys(ground.composite.kept).map(name => `kept.${name}`)
  const methods = [...Object.keys(ground.composite), ...kept].filter(name => !keyless.includes(name))
  expect(methods.filter(name => !named.has(name))).toEqual([])
})

test.each(['..', '.', '', '\ud800', 'x\udfff'])(
  'an external id that is %j is refused, or looked for as it is',
  async externalId => {
    const asked = { provider: 'workos', externalId, search: null, page } as const
    const outcome = await ground.workos.listOrganizations(asked, anyCall()).catch((error: unknown) => error)
    expect(outcome).toBeInstanceOf(InvalidInputError)
    expect(ground.sandbox.calls).toEqual([])
  },
)
