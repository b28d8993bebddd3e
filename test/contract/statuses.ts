import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OPERATIONS, UnavailableError } from '../../src/domain/provider-error.ts'
import { forward, NO_ORGANIZATION_FILTER } from '../providers/start-ground.ts'
import { anyCall } from '../support/any-call.ts'
import type { ContractDriver, ContractGround } from './directory-provider.ts'

/** What a provider says of itself. */
export function describeStatuses({ names, create }: ContractDriver): void {
  describe('says how it is', () => {
    let ground: ContractGround
    beforeAll(async () => {
      ground = await create()
    })
    afterAll(() => ground.stop())

    test('a status for each provider, with operations that the port knows', () => {
      const statuses = ground.provider.statuses()
      expect(statuses.map(({ provider }) => provider)).toEqual(names)
      for (const { operations } of statuses) {
        for (const operation of operations) expect(OPERATIONS).toContain(operation)
      }
    })

    test('neither reachable nor not before the first call, then what the last one told', async () => {
      const fresh = await create()
      const reachable = () => fresh.provider.statuses().map(status => status.reachable)
      expect(reachable()).toEqual(names.map(() => null))
      await fresh.provider.check(anyCall())
      expect(reachable()).toEqual(names.map(() => true))
      for (const provider of names) fresh.sandbox.inject({ provider, kind: 'status', status: 501 })
      await fresh.provider.check(anyCall())
      expect(reachable()).toEqual(names.map(() => false))
      fresh.sandbox.clearFaults()
      await fresh.provider.check(anyCall())
      expect(reachable()).toEqual(names.map(() => true))
      await fresh.stop()
    })

    test('stays reachable when it is the caller who goes away', async () => {
      const fresh = await create()
      await fresh.provider.check(anyCall())
      const list = { ...NO_ORGANIZATION_FILTER, page: forward(1) }
      const call = anyCall({ signal: AbortSignal.abort(), requestId: 'gone' })
      await fresh.provider.listOrganizations(list, call).catch(() => null)
      expect(fresh.provider.statuses().map(status => status.reachable)).toEqual(names.map(() => true))
      await fresh.stop()
    })

    test('nothing wrong with the right credentials, at one cheap call to each', async () => {
      await ground.provider.check(anyCall())
      ground.sandbox.clearCalls()
      const check = await ground.provider.check(anyCall())
      expect([...check]).toEqual(names.map(name => [name, null]))
      expect(ground.sandbox.calls.map(({ provider }) => provider).sort()).toEqual([...names].sort())
    })

    test('that its credentials are refused, without repeating what was refused', async () => {
      const refused = ground.createRefused()
      ground.sandbox.clearCalls()
      const check = await refused.check(anyCall())
      expect([...check.keys()]).toEqual(names)
      for (const failure of check.values()) {
        expect(failure).toBeInstanceOf(UnavailableError)
        expect(failure).toMatchObject({ reason: 'credentials-refused' })
      }
      expect(ground.sandbox.calls).toHaveLength(names.length)
      expect(refused.statuses().map(status => status.reachable)).toEqual(names.map(() => false))
    })

    if (names.length === 1) return
    test('which of its providers is down while the others are well', async () => {
      const remove = ground.sandbox.inject({ provider: 'workos', kind: 'status', status: 501 })
      const check = await ground.provider.check(anyCall())
      remove()
      expect(check.get('workos')).toMatchObject({ reason: 'server-error', provider: 'workos' })
      expect(check.get('scalekit')).toBeNull()
    })
  })
}
