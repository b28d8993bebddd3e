import { afterEach, describe, expect, test } from 'vitest'
import { createLogger, LOG_LEVELS, toLoggable } from '../../src/telemetry/logger.ts'

const HIDDEN = 'sk_live_hidden'

const written: string[] = []
const log = createLogger('trace', { write: line => void written.push(line) })
afterEach(() => {
  written.length = 0
})

/** What nobody hands to the log; were somebody to do so, this is what stands between. */
const NAMES = [
  'authorization',
  'Authorization',
  'cookie',
  'set-cookie',
  'headers',
  'apiKey',
  'clientSecret',
  'adminToken',
  'token',
  'access_token',
  'client_secret',
  'secret',
  'plainSecret',
  'plain_secret',
  'password',
  'email',
  'emails',
  'variables',
  'query',
  'body',
]

describe('what carries a credential or somebody’s data by its name', () => {
  test.each(NAMES)('%s is redacted, as it is and two levels down', name => {
    log.info({ [name]: HIDDEN }, 'line')
    log.info({ request: { [name]: HIDDEN } }, 'line')
    log.info({ error: { request: { [name]: HIDDEN } } }, 'line')
    log.info({ [name]: { deeper: { still: [HIDDEN] } } }, 'line')
    log.child({ [name]: HIDDEN }).warn({ provider: 'workos' }, 'line')
    expect(written).toHaveLength(5)
    expect(written.join('')).not.toContain(HIDDEN)
    expect(written.every(line => line.includes('[redacted]') && line.includes('"msg":"line"'))).toBe(true)
  })

  test('and all else is as it was', () => {
    log.info({ provider: 'workos', path: 'organizations', outcome: 200, codes: ['X'] }, 'upstream call')
    expect(JSON.parse(written[0] ?? '')).toMatchObject({
      provider: 'workos',
      path: 'organizations',
      outcome: 200,
      codes: ['X'],
      msg: 'upstream call',
    })
  })
})

describe('an error that is logged', () => {
  const failing = () =>
    Object.assign(new TypeError(`${HIDDEN}\n    at ${HIDDEN} (${HIDDEN}.ts:1:1)\nat ${HIDDEN}`), {
      request: { headers: { authorization: HIDDEN } },
      cause: new Error(HIDDEN),
    })

  test('is its name and its frames, however it is handed over', () => {
    log.error(failing())
    log.error(failing(), 'text')
    log.error({ err: failing() })
    log.error({ error: failing() }, 'text')
    log.error({ error: toLoggable(failing()) }, 'text')
    expect(written).toHaveLength(5)
    expect(written.join('')).not.toContain(HIDDEN)
    for (const line of written) {
      expect(line).toContain('"name":"TypeError"')
      expect(line).toContain('redaction.test.ts')
    }
  })

  test('has no frames where its message was changed after it was thrown', () => {
    const error = failing()
    expect(error.stack).toContain(HIDDEN)
    error.message = 'something else'
    expect(toLoggable(error)).toEqual({ name: 'TypeError', stack: '' })
  })

  test.each([null, undefined, HIDDEN, { message: HIDDEN }])(
    'that is no error is its kind alone (%#)',
    thrown => {
      expect(toLoggable(thrown)).toEqual({ name: typeof thrown, stack: undefined })
    },
  )
})

test('the log writes one line of JSON for each call, whatever is in it', () => {
  log.info({ name: 'a\n{"level":60}\r\u2028\u001b[31m' }, 'text\nforged')
  expect(written).toHaveLength(1)
  expect(written[0]?.trimEnd()).not.toMatch(/\p{Cc}/u)
  expect(JSON.parse(written[0] ?? '')).toMatchObject({ msg: 'text\nforged' })
})

test('the log is silent where it is told to be', () => {
  const lines: string[] = []
  createLogger('silent', { write: line => void lines.push(line) }).fatal('text')
  expect(lines).toEqual([])
  expect(LOG_LEVELS).toContain('silent')
})
