import { expect, test } from 'vitest'
import { ADMIN } from '../../src/domain/caller.ts'
import { globalId } from '../support/start-app.ts'
import { type GuardedServer, startServer, userOf } from './start-server.ts'

const PERSON = 'ada.lovelace@example.com'

/** A server for a user of the organization with the medium directory of Scalekit, with the ids of both. */
async function startAudited() {
  const server = await startServer({
    callerOf: ({ known }) => userOf(`scalekit:${known.scalekitTwoDirectoriesOrganizationId}`),
  })
  const { scalekitTwoDirectoriesOrganizationId: organization, scalekitMediumDirectoryId: directory } =
    server.sandbox.data.known
  const own = ['scalekit', organization, directory] as const
  return { server, own, directoryId: globalId('Directory', ...own), organization: own.slice(0, 2).join(':') }
}

async function mutate({ post }: GuardedServer, name: string, input: object, payload = ''): Promise<string> {
  const type = name.charAt(0).toUpperCase() + name.slice(1)
  const selection = `__typename ... on ${type}Payload { clientMutationId ${payload} } ... on Error { message }`
  return post({
    query: `mutation($input: ${type}Input!) { ${name}(input: $input) { ${selection} } }`,
    variables: { input: { clientMutationId: PERSON, ...input } },
  })
}

/** The audit lines, without what every line of the log has. */
function auditOf({ lines }: GuardedServer) {
  return lines()
    .filter(({ msg }) => msg === 'audit')
    .map(({ level, time, pid, hostname, msg, ...line }) => line)
}

test('a mutation that was done leaves one line: who, what, about what; and nothing of its answer', async () => {
  const { server, own, directoryId, organization } = await startAudited()
  const answer = await mutate(
    server,
    'createDirectorySecret',
    { directoryId },
    'plainSecret secret { suffix }',
  )
  expect(auditOf(server)).toEqual([
    {
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      caller: 'user',
      subject: 'user_1',
      organization,
      mutation: 'createDirectorySecret',
      target: own.join(':'),
      outcome: 'done',
    },
  ])
  const { plainSecret, secret } = JSON.parse(answer).data.createDirectorySecret
  const logged = JSON.stringify(server.lines())
  expect(plainSecret).toMatch(/\w{8}/)
  for (const text of [plainSecret, plainSecret.slice(0, -4), `"${secret.suffix}"`, PERSON]) {
    expect(logged).not.toContain(text)
  }
})

test('the line has the request id of the operation', async () => {
  const { server, directoryId } = await startAudited()
  await mutate(server, 'enableDirectory', { directoryId }, 'directory { name }')
  const ids = server.lines().flatMap(({ requestId, msg }) => (msg === 'upstream call' ? [] : [requestId]))
  expect(ids).toHaveLength(2)
  expect(new Set(ids).size).toBe(1)
})

test('the admin is noted as such', async () => {
  const { server, directoryId } = await startAudited()
  server.caller = ADMIN
  await mutate(server, 'enableDirectory', { directoryId })
  expect(auditOf(server)).toMatchObject([
    { caller: 'admin', subject: null, organization: null, outcome: 'done' },
  ])
})

test('a mutation that a permission was missing for leaves a line', async () => {
  const { server, own, directoryId, organization } = await startAudited()
  server.caller = userOf(organization, ['directories:read'])
  await mutate(server, 'deleteDirectory', { directoryId })
  expect(auditOf(server)).toMatchObject([
    { subject: 'user_1', mutation: 'deleteDirectory', target: own.join(':'), outcome: 'FORBIDDEN' },
  ])
  expect(server.sandbox.calls).toEqual([])
})

test('a mutation of another organization’s object leaves a line that names it', async () => {
  const { server } = await startAudited()
  const { scalekitOrganizationId, scalekitLargeDirectoryId } = server.sandbox.data.known
  const theirs = ['scalekit', scalekitOrganizationId, scalekitLargeDirectoryId]
  await mutate(server, 'deleteDirectory', { directoryId: globalId('Directory', ...theirs) })
  expect(auditOf(server)).toMatchObject([{ target: theirs.join(':'), outcome: 'NOT_FOUND' }])
})

test('a mutation that the provider refuses, has not, or does not answer leaves a line', async () => {
  const { server, directoryId } = await startAudited()
  const { workosOrganizationId, workosLargeDirectoryId } = server.sandbox.data.known
  await mutate(server, 'deleteDirectory', { directoryId })
  server.sandbox.inject({ provider: 'scalekit', method: 'POST', path: /secrets/, kind: 'reset' })
  await mutate(server, 'createDirectorySecret', { directoryId })
  server.caller = userOf(`workos:${workosOrganizationId}`)
  const atWorkos = globalId('Directory', 'workos', workosOrganizationId, workosLargeDirectoryId)
  await mutate(server, 'syncDirectory', { directoryId: atWorkos })
  expect(auditOf(server).map(({ mutation, outcome }) => [mutation, outcome])).toEqual([
    ['deleteDirectory', 'BAD_USER_INPUT'],
    ['createDirectorySecret', 'UPSTREAM_UNAVAILABLE'],
    ['syncDirectory', 'UNSUPPORTED'],
  ])
})

test.for([PERSON, globalId('Directory', 'scalekit', PERSON, 'dir_1'), globalId('DirectoryUser', PERSON), ''])(
  'a mutation of what is no id leaves a line without it: %s',
  async directoryId => {
    const { server } = await startAudited()
    await mutate(server, 'deleteDirectory', { directoryId })
    expect(auditOf(server)).toMatchObject([
      { mutation: 'deleteDirectory', target: null, outcome: 'BAD_USER_INPUT' },
    ])
    const logged = JSON.stringify(server.lines())
    expect(logged).not.toContain(PERSON)
    expect(logged).not.toContain(Buffer.from(PERSON).toString('base64url').slice(4, -4))
  },
)

test('every mutation of an operation leaves a line of its own, and a query leaves none', async () => {
  const { server, directoryId } = await startAudited()
  await server.post({
    query: `mutation($id: ID!) {
      one: enableDirectory(input: { directoryId: $id }) { __typename }
      other: disableDirectory(input: { directoryId: $id }) { __typename }
    }`,
    variables: { id: directoryId },
  })
  await server.post({ query: '{ organizations { nodes { name } } }' })
  expect(auditOf(server).map(({ mutation }) => mutation)).toEqual(['enableDirectory', 'disableDirectory'])
})

test('a user whose issuer names people by their address is known by a hash of it', async () => {
  const server = await startServer({
    callerOf: ({ known }) => ({
      ...userOf(`scalekit:${known.scalekitTwoDirectoriesOrganizationId}`),
      subject: PERSON,
    }),
  })
  await mutate(server, 'syncDirectory', { directoryId: 'none of ours' })
  expect(auditOf(server)).toMatchObject([{ subject: expect.stringMatching(/^sha256:[\da-f]{16}$/) }])
  expect(JSON.stringify(server.lines())).not.toContain(PERSON)
})
