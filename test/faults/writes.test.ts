import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/sandbox/sandbox.ts'
import { MUTATION_NAMES, MUTATIONS, type Mutation, mutate } from '../schema/mutate.ts'
import { directoryId, organizationId } from '../support/seeded-ids.ts'
import type { TestApp } from '../support/start-app.ts'
import { callsTo, start } from './start-faults.ts'

type Outcome = 'unknown' | 'limited' | 'refused'

/** What may come back for a write, and what is then known of it. */
const FAULTS: readonly (readonly [string, Omit<Fault, 'provider'>, Outcome])[] = [
  ['500', { kind: 'status', status: 500 }, 'unknown'],
  ['502 in HTML', { kind: 'html', status: 502 }, 'unknown'],
  ['503 and when to try again', { kind: 'status', status: 503, headers: { 'retry-after': '0' } }, 'unknown'],
  ['504', { kind: 'status', status: 504 }, 'unknown'],
  ['408', { kind: 'status', status: 408 }, 'unknown'],
  ['429 and when to try again', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }, 'limited'],
  ['429', { kind: 'status', status: 429 }, 'limited'],
  ['403', { kind: 'status', status: 403 }, 'refused'],
  ['a reset', { kind: 'reset' }, 'unknown'],
  ['a reset in mid-body', { kind: 'reset-mid-body' }, 'unknown'],
  ['malformed JSON', { kind: 'malformed-json' }, 'unknown'],
  ['a page of HTML', { kind: 'html' }, 'unknown'],
  ['a body of 100 MB', { kind: 'huge' }, 'unknown'],
  ['nothing', { kind: 'hang' }, 'unknown'],
]

const AT_WORKOS: readonly Mutation[] = ['deleteDirectory', 'createPortalLink']
const WRITES = [
  ...MUTATION_NAMES.map(name => ['scalekit', name] as const),
  ...AT_WORKOS.map(name => ['workos', name] as const),
]
/** Whole answers with status 200, whatever is in them. */
const CONSENT = /^(html|malformed-json)$/

describe.each(WRITES)('5: at %s, %s', (provider, name) => {
  const isSync = name === 'syncDirectory'
  const isAnswerUnread = isSync || name === 'deleteDirectory'
  const write =
    provider === 'workos' && name === 'createPortalLink' ? /generate_link$/ : MUTATIONS[name].write
  const isTheWrite = ({ method, path }: { method: string; path: string }) =>
    (method !== 'GET' || isSync) && path.search(new RegExp(write.source.replace('\\?', ''))) !== -1

  async function run(app: TestApp) {
    const { known } = app.sandbox.data
    const organization =
      provider === 'workos' ? known.workosTwoDirectoriesOrganizationId : known.scalekitOrganizationId
    const isOnDisabled = name === 'enableDirectory' || name === 'deleteDirectory'
    const atScalekit = isOnDisabled ? known.scalekitDisabledDirectoryId : known.scalekitMediumDirectoryId
    const directory = provider === 'workos' ? known.workosMediumDirectoryId : atScalekit
    const input =
      MUTATIONS[name].about === 'organization'
        ? { organizationId: organizationId(provider, organization) }
        : { directoryId: directoryId(app.sandbox, directory) }
    const draft = name === 'createDirectory' ? { identityProvider: 'OKTA', protocol: 'SCIM' } : {}
    return mutate(app, name, { ...input, ...draft })
  }

  test.each(FAULTS)('that meets %s is sent once', async (_title, fault, outcome) => {
    const app = await start({ dirgraph: { operationTimeoutMs: fault.kind === 'hang' ? 700 : 10_000 } })
    app.sandbox.inject({
      provider,
      path: write,
      ...(!isSync && { method: methodOf(name, provider) }),
      ...fault,
    })
    const result = await run(app)
    expect(callsTo(app, provider).filter(isTheWrite)).toHaveLength(1)
    if (isAnswerUnread && fault.status === undefined && CONSENT.test(fault.kind)) {
      expect(result.__typename).toMatch(/Payload$/)
    } else if (outcome === 'unknown') {
      expect(result).toMatchObject({ __typename: 'UnavailableError' })
      expect(result.message).toMatch(/not known whether this was carried out\. It was not sent again/)
    } else {
      expect(result.__typename).toBe(outcome === 'limited' ? 'RateLimitedError' : 'ForbiddenError')
      expect(result.message).not.toMatch(/carried out/)
    }
  })
})

function methodOf(name: Mutation, provider: 'workos' | 'scalekit'): string {
  if (name === 'deleteDirectory') return 'DELETE'
  if (name === 'createDirectory' || name === 'createDirectorySecret') return 'POST'
  if (name === 'createPortalLink') return provider === 'workos' ? 'POST' : 'PUT'
  return 'PATCH'
}
