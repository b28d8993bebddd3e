import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ProviderError } from '../../src/domain/provider-error.ts'
import type { Fault, Sandbox } from '../../src/sandbox/sandbox.ts'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { samplesOf } from '../contract/truth.ts'
import { forward, NO_USER_FILTER, openScalekit, openWorkos } from '../providers/start-ground.ts'
import { anyCall } from '../support/any-call.ts'
import { openLog } from './open-client.ts'

const EMAIL = 'ada.lovelace@private.example'
const UPSTREAM_WORDS = 'their-own-words'

let sandbox: Sandbox

beforeEach(async () => {
  sandbox = await startSandbox()
})

afterEach(() => sandbox.stop())

const FAULTS: readonly (readonly [string, Omit<Fault, 'provider'>])[] = [
  ['400', { kind: 'status', status: 400, body: `{"message":"${UPSTREAM_WORDS} ${EMAIL}"}` }],
  ['401', { kind: 'status', status: 401, body: `{"message":"${UPSTREAM_WORDS}"}` }],
  ['403', { kind: 'status', status: 403, body: `{"message":"${UPSTREAM_WORDS} ${EMAIL}"}` }],
  ['404', { kind: 'status', status: 404, body: `{"message":"${UPSTREAM_WORDS} ${EMAIL}"}` }],
  ['429', { kind: 'status', status: 429, headers: { 'retry-after': '99' }, body: UPSTREAM_WORDS }],
  ['500', { kind: 'status', status: 500, body: `{"message":"${UPSTREAM_WORDS} ${EMAIL}"}` }],
  ['a reset', { kind: 'reset' }],
  ['a reset in mid-body', { kind: 'reset-mid-body' }],
  ['HTML', { kind: 'html' }],
  ['JSON that is none', { kind: 'status', status: 200, body: `{"data": ["${EMAIL}" ${UPSTREAM_WORDS}` }],
  [
    'JSON of another form',
    { kind: 'status', status: 200, body: `{"data": "${EMAIL}", "users": "${EMAIL}"}` },
  ],
]

/** All that an error holds, its causes and what is hidden from JSON included. */
function everythingIn(error: unknown): string {
  const seen: string[] = []
  for (let at = error; at instanceof Error; at = at.cause) {
    seen.push(at.message, inspect(at, { depth: 9, showHidden: true }), JSON.stringify(at))
  }
  return seen.join('\n')
}

describe.each(['workos', 'scalekit'] as const)('what goes wrong at %s', name => {
  test.each(FAULTS)(
    'with %s tells no key, no secret, no address and none of their words',
    async (_title, fault) => {
      const { log, text } = openLog()
      const provider = name === 'workos' ? openWorkos(sandbox, log) : openScalekit(sandbox, log)
      const { directory, organization } = samplesOf(sandbox.data, name)
      await provider.check(anyCall())
      const secrets = [
        sandbox.workos.apiKey,
        sandbox.scalekit.clientSecret,
        ...sandbox.data.scalekit.tokens.keys(),
        EMAIL,
        encodeURIComponent(EMAIL),
        UPSTREAM_WORDS,
      ]
      sandbox.inject({ provider: name, path: /^(?!\/oauth)/, ...fault })
      const list = { within: { kind: 'Directory' as const, key: directory }, page: forward(5) }
      const filter = { ...NO_USER_FILTER, email: EMAIL }
      const outcomes: unknown[] = await provider.listUsers([{ ...list, filter, detail: 'basic' }], anyCall())
      outcomes.push(await provider.createPortalLink(organization, anyCall()).catch((error: unknown) => error))
      outcomes.push(
        await provider
          .findUsersByEmail({ email: EMAIL, organization: null, detail: 'basic' }, anyCall())
          .catch((error: unknown) => error),
      )
      for (const outcome of outcomes.flat()) {
        expect(outcome).toBeInstanceOf(ProviderError)
        for (const secret of secrets) expect(everythingIn(outcome)).not.toContain(secret)
      }
      expect(text()).toContain('upstream call')
      for (const secret of secrets) expect(text()).not.toContain(secret)
    },
  )
})

test('a log line of a call says who, what, how it ended and for which request', async () => {
  const { log, text } = openLog()
  await openWorkos(sandbox, log).check(
    anyCall({ signal: new AbortController().signal, requestId: 'request-7' }),
  )
  expect(JSON.parse(text())).toMatchObject({
    msg: 'upstream call',
    provider: 'workos',
    method: 'get',
    path: 'organizations',
    outcome: 200,
    requestId: 'request-7',
  })
})
