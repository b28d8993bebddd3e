import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { directoryId } from '../support/seeded-ids.ts'
import { type LoggedApp, startLoggedApp } from '../support/start-logged-app.ts'

let app: LoggedApp
beforeEach(async () => {
  app = await startLoggedApp()
})
afterEach(() => app.stop())

describe('the request log', () => {
  test('has one line for each operation: its name, how long it took and how many errors it had', async () => {
    await app.post({ query: 'query Who { providers { provider } }' })
    await app.post({ query: '{ a: node(id: "x") { id } b: node(id: "y") { id } }' })
    const operations = app.lines().filter(({ msg }) => msg === 'operation')
    expect(operations).toMatchObject([
      {
        level: 30,
        operation: 'Who',
        caller: 'nobody',
        organization: null,
        upstreamCalls: 0,
        outcome: 'ok',
        errors: 0,
        codes: [],
        hash: expect.stringMatching(/^[0-9a-f]{16}$/),
        durationMs: expect.any(Number),
        requestId: expect.any(String),
      },
      { level: 30, operation: null, outcome: 'partial', errors: 2, codes: ['BAD_USER_INPUT'] },
    ])
  })

  test('joins the upstream calls of an operation to it, each without its query', async () => {
    const id = app.sandbox.data.known.workosOrganizationId
    await app.post({
      query: 'query Named($id: ID!) { organization(by: { workosId: $id }) { name } }',
      operationName: 'Named',
      variables: { id },
    })
    const [call, operation] = app.lines()
    expect(operation).toMatchObject({ msg: 'operation', operation: 'Named', errors: 0 })
    expect(call).toMatchObject({
      msg: 'upstream call',
      requestId: operation?.requestId,
      provider: 'workos',
      method: 'get',
      path: `organizations/${id}`,
      outcome: 200,
    })
  })

  test('holds no variable, no address, no name, no key and no token, whatever happens', async () => {
    const { sandbox } = app
    const { known } = sandbox.data
    const directory = directoryId(sandbox, known.workosMediumDirectoryId)
    const byEmail = 'query($email: String!) { directoryUsersByEmail(email: $email) { id email name } }'
    const users = `query($id: ID!, $email: String!) {
      directory(by: { id: $id }) { users(filter: { email: $email }) { nodes { id name } } }
    }`
    const answers = [
      await app.post({ query: byEmail, variables: { email: known.sharedEmail } }),
      await app.post({ query: users, variables: { id: directory, email: known.sharedEmail } }),
      await app.post({ query: `{ directoryUsersByEmail(email: "${known.sharedEmail}") { id ` }),
    ]
    sandbox.inject({ provider: 'workos', path: /email=/, kind: 'status', status: 500 })
    sandbox.inject({ provider: 'scalekit', path: /users/, kind: 'reset' })
    answers.push(await app.post({ query: byEmail, variables: { email: known.sharedEmail } }))
    // The answers do have what the log must not, or this would prove nothing.
    expect(answers.join('')).toContain('Priya Raman')
    expect(app.log()).toContain('directory_users')
    const tokens = [...sandbox.data.scalekit.tokens.keys()]
    expect(tokens).toHaveLength(1)
    const secrets = [sandbox.workos.apiKey, sandbox.scalekit.clientSecret, ...tokens]
    for (const secret of [...secrets, 'Priya', 'fieldwork', 'authorization', 'Bearer', 'email=']) {
      expect(app.log()).not.toContain(secret)
    }
  })

  test('tells the code of an error that a mutation answers as data', async () => {
    const id = directoryId(app.sandbox, app.sandbox.data.known.workosSmallDirectoryId)
    const query = 'mutation($id: ID!) { syncDirectory(input: { directoryId: $id }) { __typename } }'
    expect(await app.post({ query, variables: { id } })).toContain('UnsupportedError')
    const [operation] = app.lines().filter(({ msg }) => msg === 'operation')
    expect(operation).toMatchObject({ outcome: 'partial', errors: 0, codes: ['UNSUPPORTED'] })
  })

  test('does not hold the plain secret that a mutation hands out', async () => {
    const { sandbox } = app
    const answer = await app.post({
      query: `mutation($id: ID!) {
        createDirectorySecret(input: { directoryId: $id, clientMutationId: "mine and nobody else’s" }) {
          ... on CreateDirectorySecretPayload { plainSecret }
        }
      }`,
      variables: { id: directoryId(sandbox, sandbox.data.known.scalekitMediumDirectoryId) },
    })
    const { plainSecret } = JSON.parse(answer).data.createDirectorySecret
    expect(plainSecret).toMatch(/^sandbox_.{32}$/)
    expect(app.log()).toContain('/secrets')
    expect(app.log()).not.toContain(plainSecret)
    expect(app.log()).not.toContain('nobody else')
  })
})
