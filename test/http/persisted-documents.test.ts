import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { runDirgraph, spawnDirgraph } from '../support/spawn-dirgraph.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { get, post } from './send.ts'
import { type Manifest, writeManifestByCodegen, writeManifestByRelay } from './write-manifests.ts'

const OPERATIONS = `
  query AppProvidersQuery { providers { provider } }
  query AppOrganizationsQuery($first: Int) { organizations(first: $first) { nodes { id name } } }
  mutation AppDeleteMutation($id: ID!) { deleteDirectory(input: { directoryId: $id }) { __typename } }
`
const PROVIDERS = { providers: [{ provider: 'WORKOS' }, { provider: 'SCALEKIT' }] }
const ADMIN = { authorization: 'Bearer admin-token' }

const manifests = new Map<string, Manifest>()
beforeAll(async () => {
  manifests.set('graphql-codegen', await writeManifestByCodegen(OPERATIONS))
  manifests.set('relay-compiler with MD5', await writeManifestByRelay(OPERATIONS, 'MD5'))
  manifests.set('relay-compiler with SHA-256', await writeManifestByRelay(OPERATIONS, 'SHA256'))
}, 60_000)
afterAll(async () => {
  for (const manifest of manifests.values()) await manifest.remove()
})

let app: TestApp | undefined
afterEach(async () => {
  await app?.stop()
  app = undefined
})

async function start(mode: 'off' | 'allow' | 'only', manifest: Manifest, adminToken: string | null = null) {
  app = await startApp({
    dirgraph: { persistedDocuments: { documents: manifest.documents, mode }, adminToken },
  })
  return app
}

function manifestOf(tool: string): Manifest {
  const manifest = manifests.get(tool)
  if (manifest === undefined) throw new Error(`no manifest of ${tool}`)
  return manifest
}

const bare = (id: string) => id.replace(/^sha256:/, '')

describe.each(['graphql-codegen', 'relay-compiler with MD5', 'relay-compiler with SHA-256'])(
  'a document in the manifest of %s',
  tool => {
    const forms: [string, (id: string) => object][] = [
      ['as `documentId`, as the tool writes it', id => ({ documentId: id })],
      ['as `documentId` without its algorithm', id => ({ documentId: bare(id) })],
      ['as `documentId` with its algorithm', id => ({ documentId: `sha256:${bare(id)}` })],
      [
        'as the hash of Apollo and urql',
        id => ({ extensions: { persistedQuery: { version: 1, sha256Hash: bare(id) } } }),
      ],
    ]

    test.each(forms)('is asked for by POST %s', async (_form, toBody) => {
      const { dirgraph } = await start('only', manifestOf(tool))
      const id = manifestOf(tool).idOf('AppProvidersQuery')
      expect(await post(dirgraph, toBody(id))).toMatchObject({ status: 200, json: { data: PROVIDERS } })
    })

    test.each(forms)('is asked for by GET %s', async (_form, toBody) => {
      const { dirgraph } = await start('only', manifestOf(tool))
      const body = toBody(manifestOf(tool).idOf('AppProvidersQuery'))
      const parameters = Object.entries(body).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ])
      const answer = await get(dirgraph, Object.fromEntries(parameters))
      expect(answer).toMatchObject({ status: 200, json: { data: PROVIDERS } })
    })

    test('is asked for with variables, and two of them one after the other give what each asks for', async () => {
      const { dirgraph } = await start('only', manifestOf(tool))
      const ask = (operation: string, variables: object) =>
        post(dirgraph, { documentId: manifestOf(tool).idOf(operation), variables })
      const answers = [
        await ask('AppProvidersQuery', {}),
        await ask('AppOrganizationsQuery', { first: 1 }),
        await ask('AppOrganizationsQuery', { first: 2 }),
        await ask('AppProvidersQuery', {}),
      ]
      expect(answers.map(({ json }) => json?.data)).toMatchObject([
        PROVIDERS,
        { organizations: { nodes: [{ name: 'Nimbus Freight' }] } },
        { organizations: { nodes: [{ name: 'Nimbus Freight' }, { name: 'Bluebonnet Health' }] } },
        PROVIDERS,
      ])
    })

    test('is not asked for by GET without the header that proves a preflight', async () => {
      const { dirgraph } = await start('only', manifestOf(tool))
      const documentId = manifestOf(tool).idOf('AppProvidersQuery')
      expect(await get(dirgraph, { documentId }, {})).toMatchObject({ status: 403 })
    })

    test('is never carried out by GET if it is a mutation', async () => {
      const { dirgraph, sandbox } = await start('only', manifestOf(tool))
      const answer = await get(dirgraph, {
        documentId: manifestOf(tool).idOf('AppDeleteMutation'),
        variables: '{"id":"x"}',
      })
      expect(answer).toMatchObject({ status: 405, codes: ['BAD_USER_INPUT'] })
      expect(answer.headers.get('allow')).toBe('POST')
      expect(sandbox.calls).toEqual([])
    })
  },
)

describe('the mode', () => {
  const QUERY = 'query AppProvidersQuery { providers { provider } }'

  test('`only` refuses free documents, known ones included, but for the admin', async () => {
    const manifest = manifestOf('graphql-codegen')
    const { dirgraph } = await start('only', manifest, 'admin-token')
    expect(await post(dirgraph, { query: QUERY })).toMatchObject({ status: 401 })
    expect(await post(dirgraph, { query: QUERY }, ADMIN)).toMatchObject({ json: { data: PROVIDERS } })
    const open = await startApp({
      dirgraph: { persistedDocuments: { documents: manifest.documents, mode: 'only' } },
    })
    for (const query of [
      QUERY,
      ...Object.values(manifest.documents),
      '{ wrong',
      '{ __schema { __typename } }',
    ]) {
      expect(await post(open.dirgraph, { query })).toMatchObject({ status: 403, codes: ['FORBIDDEN'] })
      expect(await get(open.dirgraph, { query })).toMatchObject({ codes: [expect.any(String)] })
    }
    expect(open.sandbox.calls).toEqual([])
    await open.stop()
  })

  test('`allow` takes both', async () => {
    const { dirgraph } = await start('allow', manifestOf('graphql-codegen'))
    const documentId = manifestOf('graphql-codegen').idOf('AppProvidersQuery')
    expect(await post(dirgraph, { documentId })).toMatchObject({ json: { data: PROVIDERS } })
    expect(await post(dirgraph, { query: QUERY })).toMatchObject({ json: { data: PROVIDERS } })
  })

  test('`off` takes no ids, and says so in the word by which clients send the document instead', async () => {
    const { dirgraph } = await start('off', manifestOf('graphql-codegen'))
    const documentId = manifestOf('graphql-codegen').idOf('AppProvidersQuery')
    for (const body of [
      { documentId },
      { extensions: { persistedQuery: { sha256Hash: bare(documentId) } } },
    ]) {
      const { status, json } = await post(dirgraph, body)
      expect(status).toBe(400)
      expect(json?.errors).toEqual([
        {
          message: 'PersistedQueryNotSupported',
          extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) },
        },
      ])
    }
    expect(await post(dirgraph, { query: QUERY })).toMatchObject({ json: { data: PROVIDERS } })
  })
})

describe('an id', () => {
  test.each(['x', `sha256:${'0'.repeat(64)}`, '__proto__', 'toString', ''])(
    'that is not in the manifest is refused: %j',
    async documentId => {
      const { dirgraph } = await start('allow', manifestOf('graphql-codegen'))
      const { status, json } = await post(dirgraph, { documentId })
      expect(status).toBe(400)
      expect(json?.errors).toEqual([
        {
          message: 'PersistedQueryNotFound',
          extensions: { code: 'NOT_FOUND', requestId: expect.any(String) },
        },
      ])
    },
  )

  test.each([[{}], [{ documentId: 7 }], [{ documentId: null }], [{ extensions: { persistedQuery: null } }]])(
    'that is none is refused: %j',
    async body => {
      const { dirgraph } = await start('allow', manifestOf('graphql-codegen'))
      expect(await post(dirgraph, body)).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] })
    },
  )

  test('beside a document is refused, unless it is the hash of that document', async () => {
    const { dirgraph } = await start('allow', manifestOf('graphql-codegen'))
    const documentId = manifestOf('graphql-codegen').idOf('AppProvidersQuery')
    const query = '{ organizations(first: 1) { nodes { name } } }'
    for (const body of [
      { documentId, query },
      { query, extensions: { persistedQuery: { version: 1, sha256Hash: bare(documentId) } } },
    ]) {
      expect(await post(dirgraph, body)).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] })
    }
    const sha256Hash = createHash('sha256').update(query).digest('hex')
    const registering = { query, extensions: { persistedQuery: { version: 1, sha256Hash } } }
    expect(await post(dirgraph, registering)).toMatchObject({ status: 200, codes: [] })
    // It was answered, and is not remembered.
    const { json } = await post(dirgraph, { extensions: registering.extensions })
    expect(json?.errors).toMatchObject([{ message: 'PersistedQueryNotFound' }])
  })
})

describe('the command', () => {
  test.each(['graphql-codegen', 'relay-compiler with SHA-256'])(
    'takes the manifest of %s by its path',
    async tool => {
      const manifest = manifestOf(tool)
      const { url } = await spawnDirgraph({
        env: { DIRGRAPH_PERSISTED_DOCUMENTS: manifest.path, DIRGRAPH_PERSISTED_DOCUMENTS_MODE: 'only' },
      })
      const ask = async (body: object) => {
        const headers = { 'content-type': 'application/json' }
        const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
        return { status: response.status, json: await response.json() }
      }
      const known = await ask({ documentId: manifest.idOf('AppProvidersQuery') })
      expect(known).toMatchObject({ status: 200, json: { data: PROVIDERS } })
      expect(await ask({ query: '{ providers { provider } }' })).toMatchObject({ status: 403 })
    },
  )

  test.each([
    ['no file', null],
    ['no JSON', '{'],
    ['a list', '["{ __typename }"]'],
    ['documents that are no text', '{"id":{"query":"{ __typename }"}}'],
    ['nothing', ''],
  ])('does not start with a manifest that is %s, and says so in a line', async (_what, content) => {
    const folder = await mkdtemp(join(tmpdir(), 'dirgraph-manifest-'))
    const path = join(folder, 'manifest.json')
    if (content !== null) await writeFile(path, content)
    const { code, stdout, stderr } = await runDirgraph({ env: { DIRGRAPH_PERSISTED_DOCUMENTS: path } })
    await rm(folder, { recursive: true })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^DIRGRAPH_PERSISTED_DOCUMENTS is .*\n$/)
    expect(stderr).toContain('manifest.json')
  })
})
