import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NotFoundError } from '../../src/domain/provider-error.ts'
import {
  backward,
  forward,
  keysOf,
  lastCursor,
  NO_DIRECTORY_FILTER,
  NO_ORGANIZATION_FILTER,
} from '../providers/start-ground.ts'
import { anyCall } from '../support/any-call.ts'
import type { ContractDriver, ContractGround } from './directory-provider.ts'
import { samplesOf, type Truth, truthOf } from './truth.ts'

/** The two lists that have no parent. */
export function describeOverallLists({ names, create, knowsLast }: ContractDriver): void {
  describe('lists organizations and directories', () => {
    let ground: ContractGround
    let truth: Truth
    beforeAll(async () => {
      ground = await create()
      truth = truthOf(ground.sandbox.data, names)
    })
    afterAll(() => ground.stop())

    const organizations = (filter: object, page = forward(100)) =>
      ground.provider.listOrganizations({ ...NO_ORGANIZATION_FILTER, ...filter, page }, anyCall())
    const directories = (filter: object, page = forward(100)) =>
      ground.provider.listAllDirectories({ ...NO_DIRECTORY_FILTER, ...filter, page }, anyCall())

    test('all organizations, in the order of the providers and newest first within each', async () => {
      const page = await organizations({})
      expect(keysOf(page)).toEqual(truth.organizations())
      expect([page.hasNextPage, page.hasPreviousPage]).toEqual([false, false])
      expect([null, truth.organizations().length]).toContain(page.totalCount)
    })

    test('all directories, in one order', async () => {
      const page = await directories({})
      expect(keysOf(page)).toEqual(truth.directories())
      expect([page.hasNextPage, page.hasPreviousPage]).toEqual([false, false])
      expect([null, truth.directories().length]).toContain(page.totalCount)
    })

    test('the last ones without a cursor where it knows the end, else says that it does not', async () => {
      const last = organizations({}, backward(2))
      if (!knowsLast) return expect(last).rejects.toMatchObject({ code: 'UNSUPPORTED', operation: null })
      const page = await last
      expect(keysOf(page)).toEqual(truth.organizations().slice(-2))
      expect([page.hasNextPage, page.hasPreviousPage]).toEqual([false, true])
    })

    test('refuses a cursor that it can not have issued', async () => {
      for (const cursor of ['', 'nonsense', '../..', '["",30,0,null,null]', 'workos:../x', 'scalekit:[]']) {
        await expect(organizations({}, forward(2, cursor))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
        await expect(directories({}, forward(2, cursor))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
      }
    })

    for (const name of names) {
      test(`the one organization with an external id at ${name}`, async () => {
        const { organization, externalId } = samplesOf(ground.sandbox.data, name)
        const page = await organizations({ externalId, provider: name })
        expect(keysOf(page)).toEqual([organization])
        expect([null, 1]).toContain(page.totalCount)
        expect([page.hasNextPage, page.hasPreviousPage]).toEqual([false, false])
        expect(keysOf(await organizations({ externalId: 'nobody-has-this' }))).toEqual([])
      })

      test(`nothing after the only organization with an external id at ${name}`, async () => {
        const { externalId } = samplesOf(ground.sandbox.data, name)
        const cursor = lastCursor(await organizations({ externalId }))
        const next = await organizations({ externalId }, forward(5, cursor))
        expect(keysOf(next)).toEqual([])
        expect(next.hasNextPage).toBe(false)
      })

      test(`organizations at ${name} by part of their name, in any case`, async () => {
        const { organization } = samplesOf(ground.sandbox.data, name)
        const word = name === 'workos' ? 'haldEN' : 'VANTage'
        expect(keysOf(await organizations({ search: word }))).toEqual([organization])
        expect(keysOf(await organizations({ search: 'zzzzzz' }))).toEqual([])
      })

      test(`an organization at ${name} by external id and name only when both hold`, async () => {
        const { organization, externalId } = samplesOf(ground.sandbox.data, name)
        const word = name === 'workos' ? 'robotics' : 'analytics'
        expect(keysOf(await organizations({ externalId, search: word }))).toEqual([organization])
        expect(keysOf(await organizations({ externalId, search: 'zzzzzz' }))).toEqual([])
      })

      test(`directories of one organization at ${name} among all`, async () => {
        const { twoDirectories, emptyOrganization } = samplesOf(ground.sandbox.data, name)
        const page = await directories({ organization: twoDirectories })
        expect(keysOf(page)).toEqual(truth.directories(twoDirectories))
        expect(page.edges).toHaveLength(2)
        expect(keysOf(await directories({ organization: emptyOrganization }))).toEqual([])
      })

      test(`directories at ${name} by part of their name, over all and in one organization`, async () => {
        const { twoDirectories, directory } = samplesOf(ground.sandbox.data, name)
        const search = name === 'workos' ? 'kestrel entra' : 'farrow entra'
        expect(keysOf(await directories({ search }))).toEqual([directory])
        expect(keysOf(await directories({ search, organization: twoDirectories }))).toEqual([directory])
        expect(keysOf(await directories({ search: 'zzzzzz', provider: name }))).toEqual([])
      })

      test(`no directories of an organization that ${name} does not know`, async () => {
        const { unknown } = samplesOf(ground.sandbox.data, name)
        const page = await directories({ organization: unknown.organization }).catch(
          (error: unknown) => error,
        )
        if (page instanceof Error) expect(page).toBeInstanceOf(NotFoundError)
        else expect(page).toMatchObject({ edges: [], hasNextPage: false })
      })
    }

    if (names.length === 1) return
    test('the part of one provider when only that is wanted', async () => {
      for (const provider of names) {
        const part = truthOf(ground.sandbox.data, [provider])
        expect(keysOf(await organizations({ provider }))).toEqual(part.organizations())
        expect(keysOf(await directories({ provider }))).toEqual(part.directories())
      }
      const { twoDirectories } = samplesOf(ground.sandbox.data, 'workos')
      expect(keysOf(await directories({ provider: 'scalekit', organization: twoDirectories }))).toEqual([])
    })
  })
}
