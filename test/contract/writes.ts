import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DirectoryProvider } from '../../src/domain/directory-provider.ts'
import { directoryKey, type EntityKey, organizationIdOf, upstreamIdOf } from '../../src/domain/entity-key.ts'
import {
  InvalidInputError,
  NotFoundError,
  OPERATIONS,
  type Operation,
  UnsupportedError,
} from '../../src/domain/provider-error.ts'
import { failureOf, forward } from '../providers/start-ground.ts'
import { anyCall } from '../support/any-call.ts'
import type { ContractDriver, ContractGround } from './directory-provider.ts'
import { type Samples, samplesOf } from './truth.ts'

interface Write {
  readonly operation: Operation
  readonly of: 'organization' | 'directory'
  run(provider: DirectoryProvider, key: EntityKey): Promise<unknown>
}

const DRAFT = { identityProvider: 'OKTA', protocol: 'SCIM' } as const

const WRITES: readonly Write[] = [
  { operation: 'ENABLE_SCIM', of: 'organization', run: (p, key) => p.enableScim(key, anyCall()) },
  { operation: 'DISABLE_SCIM', of: 'organization', run: (p, key) => p.disableScim(key, anyCall()) },
  {
    operation: 'CREATE_PORTAL_LINK',
    of: 'organization',
    run: (p, key) => p.createPortalLink(key, anyCall()),
  },
  {
    operation: 'CREATE_DIRECTORY',
    of: 'organization',
    run: (p, key) => p.createDirectory(key, DRAFT, anyCall()),
  },
  { operation: 'ENABLE_DIRECTORY', of: 'directory', run: (p, key) => p.enableDirectory(key, anyCall()) },
  { operation: 'DISABLE_DIRECTORY', of: 'directory', run: (p, key) => p.disableDirectory(key, anyCall()) },
  { operation: 'SYNC_DIRECTORY', of: 'directory', run: (p, key) => p.syncDirectory(key, anyCall()) },
  {
    operation: 'CREATE_DIRECTORY_SECRET',
    of: 'directory',
    run: (p, key) => p.createDirectorySecret(key, anyCall()),
  },
  {
    operation: 'DELETE_DIRECTORY',
    of: 'directory',
    run: (p, key) => p.deleteDirectory(key, true, anyCall()),
  },
]

/** What each write has to have done to what the sandbox holds. */
const EFFECTS: Record<string, (ground: ContractGround, key: EntityKey, answer: unknown) => void> = {
  ENABLE_SCIM: (ground, key, answer) => {
    expect(answer).toMatchObject({ key, scimEnabled: true })
    expect(featuresOf(ground, key)).toContainEqual({ name: 'dir_sync', enabled: true })
  },
  DISABLE_SCIM: (ground, key, answer) => {
    expect(answer).toMatchObject({ key, scimEnabled: false })
    expect(featuresOf(ground, key)).toContainEqual({ name: 'dir_sync', enabled: false })
  },
  CREATE_PORTAL_LINK: (_ground, _key, answer) => {
    expect(answer).toMatchObject({ url: expect.stringMatching(/^https:\/\//) })
  },
  CREATE_DIRECTORY: (ground, key, answer) => {
    expect(answer).toMatchObject({ identityProvider: 'OKTA', protocol: 'SCIM', enabled: true })
    const created = (answer as { key: EntityKey }).key
    expect(organizationIdOf(created)).toBe(upstreamIdOf(key))
    expect(directoryOf(ground, created)).toBeDefined()
  },
  ENABLE_DIRECTORY: (ground, key) => expect(directoryOf(ground, key)).toMatchObject({ enabled: true }),
  DISABLE_DIRECTORY: (ground, key) => expect(directoryOf(ground, key)).toMatchObject({ enabled: false }),
  SYNC_DIRECTORY: (ground, key) =>
    expect(Date.parse(String(directoryOf(ground, key)?.last_synced_at))).toBeGreaterThan(Date.now() - 60_000),
  CREATE_DIRECTORY_SECRET: (ground, key, answer) => {
    const { plainSecret, secret } = answer as { plainSecret: string; secret: { suffix: string } }
    expect(plainSecret.endsWith(secret.suffix)).toBe(true)
    expect(directoryOf(ground, key)?.secrets).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ secret_suffix: secret.suffix })]),
    )
  },
  DELETE_DIRECTORY: (ground, key, answer) => {
    const left = directoryOf(ground, key)
    if (answer === 'PENDING') expect(left).toMatchObject({ state: 'deleting' })
    else expect([answer, left]).toEqual(['DELETED', undefined])
  },
}

/** The writes, and what answers for them where they are not supported. */
export function describeWrites({ names, create }: ContractDriver): void {
  describe.each(names)('writes to %s', name => {
    let ground: ContractGround
    let samples: Samples
    beforeEach(async () => {
      ground = await create({ deletionDelayMs: 60_000 })
      samples = samplesOf(ground.sandbox.data, name)
    })
    afterEach(() => ground.stop())

    const supported = () =>
      ground.provider.statuses().find(({ provider }) => provider === name)?.operations ?? new Set<Operation>()

    test('the operations that no write stands for are searches', () => {
      const written = new Set(WRITES.map(({ operation }) => operation))
      expect(OPERATIONS.filter(operation => !written.has(operation))).toEqual([
        'SEARCH_ORGANIZATIONS',
        'SEARCH_DIRECTORIES',
      ])
    })

    test('searches exactly where its status says so', async () => {
      const page = forward(5)
      const list = { page, provider: name, search: 'zzzzzz' }
      const searches = {
        SEARCH_ORGANIZATIONS: () =>
          ground.provider.listOrganizations({ ...list, externalId: null }, anyCall()),
        SEARCH_DIRECTORIES: () =>
          ground.provider.listAllDirectories({ ...list, organization: null }, anyCall()),
      }
      for (const [operation, search] of Object.entries(searches)) {
        const outcome = await search().catch((error: unknown) => error)
        expect(outcome instanceof UnsupportedError).toBe(!supported().has(operation as Operation))
      }
    })

    describe.each(WRITES)('$operation', ({ operation, of, run }) => {
      test('does what it says, or is absent from the status and says what to do instead', async () => {
        const key = of === 'organization' ? samples.twoDirectories : samples.directory
        if (supported().has(operation)) {
          const answer = await run(ground.provider, key)
          EFFECTS[operation]?.(ground, key, answer)
          return
        }
        ground.sandbox.clearCalls()
        const refusal = await failureOf(run(ground.provider, key))
        expect(refusal).toBeInstanceOf(UnsupportedError)
        expect(refusal).toMatchObject({ operation, provider: name })
        expect((refusal as Error).message).toMatch(/instead/)
        expect(ground.sandbox.calls).toHaveLength(0)
      })

      test('refuses what does not exist', async () => {
        const refusal = await failureOf(run(ground.provider, samples.unknown[of]))
        expect(refusal).toBeInstanceOf(supported().has(operation) ? NotFoundError : UnsupportedError)
      })

      test('refuses what can be no id, before any write', async () => {
        const parent = samples[of].split(':').slice(0, -1).join(':')
        ground.sandbox.clearCalls()
        for (const id of ['..', '.', '-', '%2e%2e', 'x/y', 'x?force=true', 'x'.repeat(65)]) {
          const refusal = await failureOf(run(ground.provider, `${parent}:${id}` as EntityKey))
          expect(refusal).toBeInstanceOf(supported().has(operation) ? InvalidInputError : UnsupportedError)
        }
        expect(ground.sandbox.calls).toHaveLength(0)
      })

      // WorkOS deletes by the directory's own id in one call, and is told no organization: there is none to differ.
      if (of === 'organization' || name === 'workos') return
      test('leaves a directory alone that the key puts into another organization', async () => {
        const foreign = directoryKey(
          name,
          upstreamIdOf(samples.emptyOrganization),
          upstreamIdOf(samples.directory),
        )
        const before = structuredClone(directoryOf(ground, samples.directory))
        const refusal = await failureOf(run(ground.provider, foreign))
        expect(refusal).toBeInstanceOf(supported().has(operation) ? NotFoundError : UnsupportedError)
        expect(directoryOf(ground, samples.directory)).toEqual(before)
      })
    })

    test('refuses to create a directory of a kind that it does not know', async () => {
      const { provider } = ground
      const isSupported = supported().has('CREATE_DIRECTORY')
      const drafts = [
        [{ ...DRAFT, identityProvider: 'OTHER' }, 'identityProvider'],
        [{ ...DRAFT, protocol: 'SFTP' }, 'protocol'],
      ] as const
      for (const [draft, field] of drafts) {
        const refusal = await failureOf(provider.createDirectory(samples.organization, draft, anyCall()))
        expect(refusal).toMatchObject(
          isSupported ? { code: 'BAD_USER_INPUT', field } : { code: 'UNSUPPORTED' },
        )
      }
    })
  })
}

/** The record of a directory as the sandbox holds it. */
function directoryOf({ sandbox }: ContractGround, key: EntityKey): Record<string, unknown> | undefined {
  const { workos, scalekit } = sandbox.data
  const all: readonly { id: string }[] = [...workos.directories, ...scalekit.directories]
  return all.find(({ id }) => id === upstreamIdOf(key)) as Record<string, unknown> | undefined
}

function featuresOf({ sandbox }: ContractGround, key: EntityKey): unknown {
  return sandbox.data.scalekit.organizations.find(({ id }) => id === upstreamIdOf(key))?.settings?.features
}
