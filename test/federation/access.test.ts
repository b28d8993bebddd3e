import { describe, expect, test } from 'vitest'
import { ADMIN, callsOf, type GuardedAppSettings, startGuardedApp } from '../access/start-guarded-app.ts'
import { answerTo, claimsOf, idsOf, meet, nobodyLike, PROVIDERS, type Tenant } from '../access/tenants.ts'
import { post } from '../http/send.ts'
import { startApp } from '../support/start-app.ts'

const ENTITIES = `query($them: [_Any!]!) { _entities(representations: $them) {
  __typename ... on Organization { name } ... on Directory { name } ... on DirectoryUser { email } ... on DirectoryGroup { name }
} }`
const SERVICE = { query: '{ _service { sdl } }' }
const FEDERATED = { dirgraph: { federation: true } } as const

/** An ask for all objects of a tenant, as a gateway refers to them. */
function entitiesOf(tenant: Tenant, ids: Readonly<Record<string, string>> = idsOf(tenant)) {
  const them = Object.values(ids).map(id => {
    const [__typename] = Buffer.from(id, 'base64url').toString().split(':')
    return { __typename, id }
  })
  return { query: ENTITIES, variables: { them } }
}

async function start(settings: NonNullable<GuardedAppSettings['dirgraph']> = {}) {
  const app = await startGuardedApp({ dirgraph: { federation: true, ...settings } })
  return { app, me: await app.as(app.sandbox.data.known.workosOrganizationId) }
}

const MEETINGS = PROVIDERS.flatMap(provider => PROVIDERS.map(whose => [provider, whose] as const))

describe('`_entities`', () => {
  test.for(MEETINGS)(
    'for a user of %s, what is of another organization of %s is as good as none',
    async ([provider, whose]) => {
      const meeting = await meet(provider, whose, FEDERATED)
      const { mine, theirs } = meeting
      const answer = await answerTo(meeting, entitiesOf(theirs))
      expect(answer).toEqual(await answerTo(meeting, entitiesOf(nobodyLike(theirs))))
      expect(JSON.parse(answer.text)).toEqual({ data: { _entities: [null, null, null, null] } })
      expect(answer.calls).toBe(0)
      const own = JSON.parse((await answerTo(meeting, entitiesOf(mine))).text)
      expect(own).toMatchObject({
        data: { _entities: [{ name: mine.organizationName }, {}, { email: mine.email }, {}] },
      })
    },
  )

  test.for(PROVIDERS)('for a user of %s, a claim on another’s object is as good as none', async provider => {
    const meeting = await meet(provider, provider, FEDERATED)
    const { mine, theirs } = meeting
    const { text } = await answerTo(meeting, entitiesOf(mine, claimsOf(mine, theirs)))
    const unknown = await answerTo(meeting, entitiesOf(mine, claimsOf(mine, nobodyLike(theirs))))
    expect(text).toBe(unknown.text)
    expect(JSON.parse(text)).toEqual({ data: { _entities: [null, null, null, null, null] } })
  })

  test('are for those who may read', async () => {
    const { app } = await start()
    const { workosOrganizationId } = app.sandbox.data.known
    const writer = await app.as(workosOrganizationId, ['directories:write'])
    for (const them of [[], [{}], [{ __typename: 'Organization', id: 'x' }]]) {
      const { text } = await app.post({ query: ENTITIES, variables: { them } }, writer)
      expect(JSON.parse(text)).toMatchObject({ data: null, errors: [{ extensions: { code: 'FORBIDDEN' } }] })
    }
    const { status } = await app.post({ query: ENTITIES, variables: { them: [] } })
    expect(status).toBe(401)
    expect(callsOf(app)).toEqual([])
  })

  test('are answered where the schema is not shown', async () => {
    const { app, me } = await start({ introspection: false })
    const { text } = await app.post({ query: ENTITIES, variables: { them: [{}] } }, me)
    expect(JSON.parse(text)).toEqual({ data: { _entities: [null] } })
    const typo = await app.post({ query: '{ _entitie(representations: []) { __typename } }' }, me)
    expect(typo.text).not.toContain('Did you mean')
  })
})

describe('`_service`', () => {
  test('is for the admin, and for no user, even of a document that the admin has sent before', async () => {
    const { app, me } = await start()
    const toAdmin = await app.post(SERVICE, ADMIN)
    expect(JSON.parse(toAdmin.text).data._service.sdl).toContain('@key(fields: "id")')
    const wrapped = { query: '{ ...S } fragment S on Query { a: _service { b: sdl __typename } }' }
    await app.post(wrapped, ADMIN)
    for (const body of [SERVICE, wrapped]) {
      const toUser = await app.post(body, me)
      expect(JSON.parse(toUser.text)).toEqual({
        errors: [
          expect.objectContaining({
            message: '`_service` tells the schema, which takes the admin token.',
            extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) },
          }),
        ],
      })
    }
    expect((await app.post(SERVICE)).status).toBe(401)
  })

  test('is for users too where they may see the schema', async () => {
    const { app, me } = await start({ introspection: true })
    expect((await app.post(SERVICE, me)).text).toBe((await app.post(SERVICE, ADMIN)).text)
  })

  test('is for everybody where nobody is asked for a token, though the schema is not shown otherwise', async () => {
    const app = await startApp({ dirgraph: { federation: true, loopbackOnly: true } })
    const headers = { 'content-type': 'application/json' }
    const ask = (host: string, body: object) =>
      app.dirgraph.fetch(
        new Request(`http://${host}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) }),
      )
    const service = await (await ask('127.0.0.1:4000', SERVICE)).json()
    const introspection = await (await ask('127.0.0.1:4000', { query: '{ __schema { __typename } }' })).json()
    const elsewhere = await ask('dirgraph.test', SERVICE)
    await app.stop()
    expect(service).toMatchObject({ data: { _service: { sdl: expect.stringContaining('@key') } } })
    expect(introspection).toMatchObject({ errors: [{}] })
    expect(elsewhere.status).toBe(421)
  })
})

describe('where documents are persisted', () => {
  const documents = { entities: ENTITIES, service: SERVICE.query }
  const only = { documents, mode: 'only' } as const

  test('a gateway’s own documents are the admin’s', async () => {
    const { app, me } = await start({ persistedDocuments: only })
    const body = { query: ENTITIES.replace('__typename', ''), variables: { them: [{}] } }
    expect(await app.post(body, me)).toMatchObject({ status: 403 })
    expect(JSON.parse((await app.post(body, ADMIN)).text)).toEqual({ data: { _entities: [null] } })
    const persisted = { documentId: 'entities', variables: { them: [{}] } }
    expect(JSON.parse((await app.post(persisted, me)).text)).toEqual({ data: { _entities: [null] } })
  })

  test('an id is no way to the schema', async () => {
    const { app, me } = await start({ persistedDocuments: only })
    expect((await app.post({ documentId: 'service' }, ADMIN)).text).toContain('@key')
    expect((await app.post({ documentId: 'service' }, me)).text).not.toContain('@key')
  })

  test('they are a mistake for a server that is no subgraph', async () => {
    await expect(startApp({ dirgraph: { persistedDocuments: only } })).rejects.toThrow(
      /`entities` can not be run/,
    )
    const app = await startApp({ dirgraph: { persistedDocuments: only, federation: true } })
    expect(await post(app.dirgraph, { documentId: 'service' })).toMatchObject({ status: 200 })
    await app.stop()
  })
})
