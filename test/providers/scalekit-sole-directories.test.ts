import { afterAll, beforeAll, expect, test } from 'vitest'
import { organizationKey } from '../../src/domain/entity-key.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { anyCall } from '../support/any-call.ts'
import { scalekitEvent, scalekitSubject } from './event-samples.ts'
import { forward, openScalekit } from './start-ground.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

/** An organization with one directory, at an adapter that knows nothing of it yet. */
function start() {
  const scalekit = openScalekit(sandbox)
  const { user, toUserData, directoryData } = scalekitSubject(sandbox.data)
  const byOrganization = Map.groupBy(sandbox.data.scalekit.directories, one => one.organization_id)
  const directory = [...byOrganization.values()].find(({ length }) => length === 1)?.[0]
  if (directory === undefined) throw new Error('the sandbox has no such organization')
  const { organization_id } = directory
  const organization = organizationKey('scalekit', organization_id)
  const userEvent = scalekitEvent('organization.directory.user_updated', {
    ...toUserData(user),
    organization_id,
  })
  const another = { ...directoryData, organization_id, id: 'dir_another' }
  return {
    list: () => scalekit.listDirectories([{ of: { key: organization }, page: forward(5) }], anyCall()),
    /** In which directory a user's event is told to have happened. */
    told: () => scalekit.readEvent('scalekit', userEvent)?.directoryKey ?? null,
    anotherComes: () =>
      scalekit.applyEvent('scalekit', scalekitEvent('organization.directory_enabled', another)),
    missed: () => scalekit.forgetAll(),
    only: `${organization}:${directory.id}`,
  }
}

test('an organization’s only directory is known when its list has come', async () => {
  const { list, told, only } = start()
  expect(told()).toBe(null)
  await list()
  expect(told()).toBe(only)
})

test.each(['anotherComes', 'missed'] as const)(
  'a list that was asked for before (%s) does not make its one directory the only one',
  async what => {
    const { list, told, only, ...happenings } = start()
    await list()
    const stop = sandbox.inject({ provider: 'scalekit', path: /\/directories/, kind: 'delay', delayMs: 60 })
    const seen = sandbox.calls.length
    const listing = list()
    await expect.poll(() => sandbox.calls.length, { interval: 2 }).toBeGreaterThan(seen)
    await happenings[what]()
    await listing
    stop()
    expect(told()).toBe(null)
    await list()
    expect(told()).toBe(only)
  },
)
