import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MalformedEventError } from '../../src/domain/directory-event.ts'
import { directoryKey, memberKey, organizationKey, type ProviderName } from '../../src/domain/entity-key.ts'
import type { EventReceiver } from '../../src/domain/event-receiver.ts'
import { createCompositeReceiver } from '../../src/providers/composite-receiver.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { anyCall } from '../support/any-call.ts'
import { scalekitEvent, scalekitSubject, workosEvent, workosSubject } from './event-samples.ts'
import { forward, NO_ORGANIZATION_FILTER, openScalekit, openWorkos } from './start-ground.ts'

let sandbox: Sandbox
let workos: ReturnType<typeof openWorkos>
let scalekit: ReturnType<typeof openScalekit>
let receiver: EventReceiver

beforeEach(async () => {
  sandbox = await startSandbox()
  const log = createLogger('silent')
  workos = openWorkos(sandbox, log, 300_000)
  scalekit = openScalekit(sandbox, log, 300_000)
  receiver = createCompositeReceiver(
    new Map<ProviderName, EventReceiver>([
      ['workos', workos],
      ['scalekit', scalekit],
    ]),
  )
})
afterEach(() => sandbox.stop())

/** How many calls it takes to list the organizations of both. */
async function callsForOrganizations(): Promise<number> {
  sandbox.clearCalls()
  for (const provider of [workos, scalekit]) {
    await provider.listOrganizations({ ...NO_ORGANIZATION_FILTER, page: forward(3) }, anyCall())
  }
  return sandbox.calls.filter(({ path }) => !path.includes('oauth')).length
}

describe('an event', () => {
  test('is told by what the provider calls it, its id and its time', () => {
    const { user } = workosSubject(sandbox.data)
    expect(receiver.identifyEvent('workos', workosEvent('dsync.user.created', user))).toEqual({
      kind: 'USER_CREATED',
      name: 'dsync.user.created',
      id: 'event_01FKJ843CVE8F7BXQSPFH0M53V',
      occurredAt: new Date('2026-03-01T10:00:00.123Z'),
    })
    const { groupData } = scalekitSubject(sandbox.data)
    const event = scalekitEvent('organization.directory.group_created', groupData)
    expect(receiver.identifyEvent('scalekit', event)).toMatchObject({
      kind: 'GROUP_CREATED',
      id: 'evt_53891546994442316',
    })
  })

  test('of a kind that is not known says nothing and drops nothing', async () => {
    await callsForOrganizations()
    const raw = workosEvent('dsync.token.created', {})
    expect(receiver.identifyEvent('workos', raw)).toEqual({ kind: null, name: 'dsync.token.created' })
    expect(await receiver.applyEvent('workos', raw)).toBeNull()
    expect(await callsForOrganizations()).toBe(0)
  })

  test('of a provider that is not set up is of no kind that is known', async () => {
    const none = createCompositeReceiver(new Map())
    const raw = workosEvent('dsync.user.deleted', workosSubject(sandbox.data).user)
    expect(none.identifyEvent('workos', raw)).toEqual({ kind: null, name: '' })
    expect(await none.applyEvent('workos', raw)).toBeNull()
  })

  test('that can not be read ends the reuse of all of its provider’s answers, since any may be wrong', async () => {
    expect(await callsForOrganizations()).toBe(2)
    const raw = workosEvent('dsync.user.deleted', { id: 'x' })
    await expect(receiver.applyEvent('workos', raw)).rejects.toThrow(MalformedEventError)
    expect(await callsForOrganizations()).toBe(1)
  })
})

test('everything is forgotten, and reuse suspended, at both providers', async () => {
  expect(await callsForOrganizations()).toBe(2)
  expect(await callsForOrganizations()).toBe(0)
  await receiver.forgetAll()
  expect(await callsForOrganizations()).toBe(2)
  receiver.suspendReuse(true)
  expect(await callsForOrganizations()).toBe(2)
  receiver.suspendReuse(false)
  expect(await callsForOrganizations()).toBe(0)
})

describe('an event of a user of Scalekit, which names no directory,', () => {
  const other = () => sandbox.data.known.scalekitOrganizationId

  /** The event of somebody in an organization’s directory. */
  function aUserCame(organizationId: string) {
    const { user, toUserData } = scalekitSubject(sandbox.data)
    const data = { ...toUserData(user), organization_id: organizationId }
    return scalekitEvent('organization.directory.user_created', data)
  }
  const listDirectories = (organizationId: string) =>
    scalekit.listDirectories(
      [{ of: { key: organizationKey('scalekit', organizationId) }, page: forward(10) }],
      anyCall(),
    )
  const directoriesOf = (organizationId: string) =>
    sandbox.data.scalekit.directories.filter(({ organization_id }) => organization_id === organizationId)

  test('is of the only one that its organization has, once that is known', async () => {
    const [only, ...more] = directoriesOf(other())
    expect(more).toEqual([])
    const theirs = directoryKey('scalekit', other(), only?.id ?? '')
    expect(await receiver.applyEvent('scalekit', aUserCame(other()))).toMatchObject({ directoryKey: null })
    await listDirectories(other())
    sandbox.clearCalls()
    const { user } = scalekitSubject(sandbox.data)
    for (let times = 0; times < 3; times += 1) {
      expect(await receiver.applyEvent('scalekit', aUserCame(other()))).toMatchObject({
        directoryKey: theirs,
        userKey: memberKey(theirs, user.id),
        user: { email: user.email },
      })
    }
    expect(sandbox.calls).toEqual([])
  })

  test('is of none where its organization has several', async () => {
    const organization = sandbox.data.known.scalekitTwoDirectoriesOrganizationId
    await listDirectories(organization)
    expect(await receiver.applyEvent('scalekit', aUserCame(organization))).toMatchObject({
      directoryKey: null,
      userKey: null,
    })
  })

  test('is of none again once there is word of another one', async () => {
    const organization_id = other()
    await listDirectories(organization_id)
    const enabled = { ...scalekitSubject(sandbox.data).directoryData, organization_id, id: 'dir_7' }
    await receiver.applyEvent('scalekit', scalekitEvent('organization.directory_enabled', enabled))
    expect(await receiver.applyEvent('scalekit', aUserCame(organization_id))).toMatchObject({
      directoryKey: null,
    })
  })

  test('is of none again once events may have been missed', async () => {
    await listDirectories(other())
    await receiver.forgetAll()
    expect(await receiver.applyEvent('scalekit', aUserCame(other()))).toMatchObject({ directoryKey: null })
  })

  test('drops what is kept of a second one, though only the first is known', async () => {
    const organizationId = other()
    await listDirectories(organizationId)
    const [known] = directoriesOf(organizationId)
    if (known === undefined) throw new Error('there is one')
    // Made without an event, after the list had come.
    const second = { ...known, id: `${known.id}9` }
    sandbox.data.scalekit.directories.push(second)
    const roster = sandbox.data.scalekit.rosters.get(known.id)
    if (roster) sandbox.data.scalekit.rosters.set(second.id, roster)
    const users = () =>
      scalekit.listUsers(
        [
          {
            within: { kind: 'Directory', key: directoryKey('scalekit', organizationId, second.id) },
            page: forward(3),
            filter: { group: null, email: null, updatedAfter: null },
            detail: 'basic',
          },
        ],
        anyCall(),
      )
    await users()
    await receiver.applyEvent('scalekit', aUserCame(organizationId))
    sandbox.clearCalls()
    await users()
    expect(sandbox.calls).toHaveLength(1)
  })
})
