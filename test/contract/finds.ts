import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Find, Found } from '../../src/domain/directory-provider.ts'
import { DETAILS, type Detail } from '../../src/domain/entities.ts'
import { type EntityKey, organizationIdOf, upstreamIdOf } from '../../src/domain/entity-key.ts'
import { InvalidInputError, ProviderError } from '../../src/domain/provider-error.ts'
import { failureOf, whole } from '../providers/start-ground.ts'
import { anyCall } from '../support/any-call.ts'
import type { ContractDriver, ContractGround } from './directory-provider.ts'
import { type Samples, samplesOf, type Truth, truthOf } from './truth.ts'

interface Entity {
  readonly kind: string
  readonly key: EntityKey
  readonly detail: Detail
}

const FINDS = [
  { method: 'findOrganizations', known: 'organization', other: 'twoDirectories', unknown: 'organization' },
  { method: 'findDirectories', known: 'directory', other: 'disabledDirectory', unknown: 'directory' },
  { method: 'findUsers', known: 'user', other: 'userWithGroups', unknown: 'user' },
  { method: 'findGroups', known: 'group', other: 'group', unknown: 'group' },
] as const

/** The look-ups by key and by e-mail address. */
export function describeFinds({ names, create }: ContractDriver): void {
  describe.each(names)('finds what is at %s', name => {
    let ground: ContractGround
    let samples: Samples
    let truth: Truth
    beforeAll(async () => {
      ground = await create()
      samples = samplesOf(ground.sandbox.data, name)
      truth = truthOf(ground.sandbox.data, names)
    })
    afterAll(() => ground.stop())

    const find = (
      method: (typeof FINDS)[number]['method'],
      keys: readonly string[],
      detail: Detail = 'basic',
    ): Promise<Found<Entity>[]> => {
      const finds: Find[] = keys.map(key => ({ key: key as EntityKey, detail }))
      return ground.provider[method](finds, anyCall())
    }

    describe.each(FINDS)('with $method', ({ method, known, other, unknown }) => {
      test('an entity by its key', async () => {
        const [found] = await find(method, [samples[known]])
        expect(found).toMatchObject({ key: samples[known] })
      })

      test('null for a key that is nobody’s', async () => {
        expect(await find(method, [samples.unknown[unknown]])).toEqual([null])
      })

      test('each in the slot of its key, however many and however often', async () => {
        const keys = [samples[other], samples.unknown[unknown], samples[known], samples[other]]
        const found = await find(method, keys)
        expect(found.map(slot => slot && whole(slot).key)).toEqual([
          samples[other],
          null,
          samples[known],
          samples[other],
        ])
      })

      test('an error for a malformed id, in its slot alone and without a call for it', async () => {
        const parent = samples[known].split(':').slice(0, -1).join(':')
        const ids = [
          '..',
          '%2e%2e',
          'org_x?y=1',
          'x'.repeat(64),
          `${'dir_'}${'9'.repeat(60)}`,
          'org_a/b',
          '-',
        ]
        ground.sandbox.clearCalls()
        const found = await find(method, [...ids.map(id => `${parent}:${id}`), samples[known]])
        for (const slot of found.slice(0, -1)) expect(slot).toBeInstanceOf(InvalidInputError)
        expect(found.at(-1)).toMatchObject({ key: samples[known] })
        expect(ground.sandbox.calls.every(({ path }) => !/%|9{20}|x{20}|\.\./.test(path))).toBe(true)
      })

      test('nothing at all for no keys', async () => {
        ground.sandbox.clearCalls()
        expect(await find(method, [])).toEqual([])
        expect(ground.sandbox.calls).toHaveLength(0)
      })

      test('with at least the detail that is asked for', async () => {
        for (const detail of DETAILS) {
          const [found] = await find(method, [samples[known]], detail)
          const known_ = whole(found ?? undefined)
          expect(DETAILS.indexOf(known_.detail)).toBeGreaterThanOrEqual(DETAILS.indexOf(detail))
        }
      })

      if (method === 'findOrganizations') return
      test('null for a key that names an organization that it does not belong to', async () => {
        const own = organizationIdOf(samples[known]) ?? ''
        const foreign = upstreamIdOf(samples.emptyOrganization)
        expect(await find(method, [samples[known].replace(own, foreign)])).toEqual([null])
        const unknownOne = upstreamIdOf(samples.unknown.organization)
        expect(await find(method, [samples[known].replace(own, unknownOne)])).toEqual([null])
      })
    })

    test('null for a member whose key names a directory that it is not in', async () => {
      const directory = upstreamIdOf(samples.directory)
      const [, , other = ''] = samples.otherDirectory.split(':')
      expect(await find('findUsers', [samples.user.replace(directory, other)])).toEqual([null])
      expect(await find('findGroups', [samples.group.replace(directory, other)])).toEqual([null])
    })

    test('keys of several parents at once', async () => {
      const users = [truth.users(samples.otherDirectory)[3], samples.user, truth.users(samples.directory)[0]]
      const keys = users.map(key => key ?? '')
      expect((await find('findUsers', keys)).map(slot => slot && whole(slot).key)).toEqual(keys)
    })

    test('the groups and the raw attributes of a user where they come with it in full', async () => {
      const finds: Find[] = [{ key: samples.userWithGroups, detail: 'full' }]
      const [found] = await ground.provider.findUsers(finds, anyCall())
      const user = whole(found ?? undefined)
      expect(user.rawAttributes).toBeTypeOf('object')
      if (user.groups !== null) {
        expect(user.groups.map(({ key }) => key)).toEqual(truth.groups(samples.userWithGroups))
      }
    })

    test('everybody with an e-mail address, whatever its case', async () => {
      const { known } = ground.sandbox.data
      const ids = { workos: known.workosSharedUserId, scalekit: known.scalekitSharedUserId }
      for (const email of [known.sharedEmail, known.sharedEmail.toUpperCase()]) {
        const found = await ground.provider.findUsersByEmail(
          { email, organization: null, detail: 'basic' },
          anyCall(),
        )
        expect(found.map(user => upstreamIdOf(whole(user).key)).sort()).toEqual(
          names.map(each => ids[each]).sort(),
        )
      }
      expect(
        await ground.provider.findUsersByEmail(
          { email: 'nobody@x.example', organization: null, detail: 'basic' },
          anyCall(),
        ),
      ).toEqual([])
    })

    test('who has an address though one directory can not be asked, and an error for that one', async () => {
      const failing = samples.otherDirectory.split(':').at(-1) ?? ''
      const remove = ground.sandbox.inject({
        provider: name,
        kind: 'status',
        status: 403,
        path: new RegExp(`(users.*directory=|directories/)${failing}\\b.*`),
      })
      const { sharedEmail } = ground.sandbox.data.known
      const found = await ground.provider.findUsersByEmail(
        { email: sharedEmail, organization: null, detail: 'basic' },
        anyCall(),
      )
      remove()
      expect(found.filter(user => !(user instanceof ProviderError))).toHaveLength(names.length)
      expect(found.filter(user => user instanceof ProviderError)).toMatchObject([{ code: 'FORBIDDEN' }])
    })

    test('nothing but an error where the provider is down', async () => {
      const remove = ground.sandbox.inject({ provider: name, kind: 'status', status: 501 })
      const [slot] = await find('findDirectories', [samples.directory])
      expect(slot).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', provider: name, reason: 'server-error' })
      const listed = ground.provider.listOrganizations(
        {
          page: { direction: 'forward', limit: 5, cursor: null },
          provider: name,
          externalId: null,
          search: null,
        },
        anyCall(),
      )
      expect(await failureOf(listed)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', provider: name })
      remove()
    })
  })
}
