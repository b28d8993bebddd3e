import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EntityKey } from '../../src/domain/entity-key.ts'
import type { Page, PageRequest } from '../../src/domain/page.ts'
import {
  backward,
  firstCursor,
  forward,
  keysOf,
  lastCursor,
  NO_DIRECTORY_FILTER,
  NO_ORGANIZATION_FILTER,
  NO_USER_FILTER,
  whole,
} from '../providers/start-ground.ts'
import { anyCall } from '../support/any-call.ts'
import type { ContractDriver, ContractGround } from './directory-provider.ts'
import { samplesOf, truthOf } from './truth.ts'

type ListPage = (page: PageRequest) => Promise<Page<{ key: EntityKey }>>

interface WalkedList {
  list(ground: ContractGround): ListPage
  truth(ground: ContractGround): EntityKey[]
  /**
   * Whether a page knows for sure that something follows. A walk over the directories of many organizations only
   * knows that organizations follow, so its last page can be an empty one.
   */
  readonly knowsEnds: boolean
}

const size = fc.integer({ min: 1, max: 100 })
const step = fc.record({ direction: fc.constantFrom('forward', 'backward'), size, within: fc.nat(1_000) })

/** Every list, walked in every way that a client can. */
export function describeWalks({ names, create }: ContractDriver): void {
  const lists = walkedLists(names)
  describe.each(Object.entries(lists))('walks %s', (_title, { list, truth, knowsEnds }) => {
    let ground: ContractGround
    beforeAll(async () => {
      ground = await create()
    })
    afterAll(() => ground.stop())

    test('forward to the end and back again, each item once, by pages of any size', async () => {
      const all = truth(ground)
      const listPage = list(ground)
      const walk = async (sizes: readonly number[]) => {
        const there: EntityKey[] = []
        let page = await listPage(forward(sizes[0] ?? 1))
        for (let turn = 1; ; turn += 1) {
          there.push(...keysOf(page))
          if (!page.hasNextPage || page.edges.length === 0) break
          page = await listPage(forward(sizes[turn % sizes.length] ?? 1, lastCursor(page)))
        }
        expect(there).toEqual(all)
        let last = await listPage(forward(100))
        while (last.hasNextPage && last.edges.length > 0) {
          const next = await listPage(forward(100, lastCursor(last)))
          if (next.edges.length === 0) break
          last = next
        }
        const back = keysOf(last)
        page = last
        for (let turn = 0; page.hasPreviousPage && page.edges.length > 0; turn += 1) {
          page = await listPage(backward(sizes[turn % sizes.length] ?? 1, firstCursor(page)))
          back.unshift(...keysOf(page))
        }
        expect(back).toEqual(all)
      }
      await fc.assert(fc.asyncProperty(fc.array(size, { minLength: 1, maxLength: 4 }), walk), { numRuns: 12 })
    })

    test('turning round and changing the page size anywhere, always the neighbours of the cursor', async () => {
      const all = truth(ground)
      const listPage = list(ground)
      const walk = async (steps: { direction: string; size: number; within: number }[]) => {
        let page = await listPage(forward(steps[0]?.size ?? 1))
        for (const { direction, size: limit, within } of steps) {
          const { cursor } = page.edges[within % page.edges.length] ?? { cursor: null }
          if (cursor === null) break
          const at = all.indexOf(keysOf(page)[within % page.edges.length] as EntityKey)
          const [start, end] =
            direction === 'forward'
              ? [at + 1, Math.min(at + 1 + limit, all.length)]
              : [Math.max(0, at - limit), at]
          const next = await listPage(
            direction === 'forward' ? forward(limit, cursor) : backward(limit, cursor),
          )
          expect(keysOf(next)).toEqual(all.slice(start, end))
          const isMore = [next.hasPreviousPage, next.hasNextPage]
          if (knowsEnds) expect(isMore).toEqual([start > 0, end < all.length])
          else expect([start > 0 && !isMore[0], end < all.length && !isMore[1]]).toEqual([false, false])
          if (next.edges.length > 0) page = next
        }
      }
      await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), walk), { numRuns: 20 })
    })
  })
}

function walkedLists(names: ContractDriver['names']): Record<string, WalkedList> {
  const lists: Record<string, WalkedList> = {
    organizations: {
      knowsEnds: true,
      list:
        ({ provider }) =>
        page =>
          provider.listOrganizations({ ...NO_ORGANIZATION_FILTER, page }, anyCall()),
      truth: ground => truthOf(ground.sandbox.data, names).organizations(),
    },
    'all directories': {
      knowsEnds: !names.includes('scalekit'),
      list:
        ({ provider }) =>
        page =>
          provider.listAllDirectories({ ...NO_DIRECTORY_FILTER, page }, anyCall()),
      truth: ground => truthOf(ground.sandbox.data, names).directories(),
    },
  }
  for (const name of names) {
    const sample = (ground: ContractGround) => samplesOf(ground.sandbox.data, name)
    const truth = (ground: ContractGround) => truthOf(ground.sandbox.data, [name])
    lists[`directories of an organization at ${name}`] = {
      knowsEnds: true,
      list: ground => async page =>
        whole(
          (
            await ground.provider.listDirectories(
              [{ of: { key: sample(ground).twoDirectories }, page }],
              anyCall(),
            )
          )[0],
        ),
      truth: ground => truth(ground).directories(sample(ground).twoDirectories),
    }
    for (const [title, kind, pick] of [
      ['a directory', 'Directory', 'directory'],
      ['a group', 'DirectoryGroup', 'group'],
    ] as const) {
      lists[`users of ${title} at ${name}`] = {
        knowsEnds: true,
        list: ground => async page => {
          const within = { kind, key: sample(ground)[pick] }
          const ask = { within, page, filter: NO_USER_FILTER, detail: 'basic' as const }
          return whole((await ground.provider.listUsers([ask], anyCall()))[0])
        },
        truth: ground => truth(ground).users(sample(ground)[pick]),
      }
    }
    lists[`groups of a directory at ${name}`] = {
      knowsEnds: true,
      list: ground => async page => {
        const within = { kind: 'Directory' as const, key: sample(ground).directory }
        return whole((await ground.provider.listGroups([{ within, page, detail: 'basic' }], anyCall()))[0])
      },
      truth: ground => truth(ground).groups(sample(ground).directory),
    }
    lists[`groups of a user at ${name}`] = {
      knowsEnds: true,
      list: ground => async page => {
        const within = { kind: 'DirectoryUser' as const, key: sample(ground).userWithGroups, groups: null }
        return whole((await ground.provider.listGroups([{ within, page, detail: 'name' }], anyCall()))[0])
      },
      truth: ground => truth(ground).groups(sample(ground).userWithGroups),
    }
  }
  return lists
}
