import { WorkOS } from '@workos-inc/node'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SignatureError, type SignatureFault } from '../../src/webhooks/signature.ts'
import { createWorkosVerify } from '../../src/webhooks/verify-workos.ts'

const SECRET = 'whsec_of_workos_one'
const OTHER = 'whsec_of_workos_two'
const BODY = JSON.stringify({ id: 'event_1', event: 'dsync.activated', data: { name: 'Bjørn & Søn 💼' } })
const MINUTES = 60_000

const { webhooks } = new WorkOS('sk_test_not_used')

const bytes = (text: string) => new TextEncoder().encode(text)
const headersOf = (header: string) => new Headers({ 'workos-signature': header })

/** Signed by the official client. */
async function sign(body = BODY, { at = Date.now(), secret = SECRET } = {}) {
  return `t=${at}, v1=${await webhooks.computeSignature(at, body, secret)}`
}

/** Null where the delivery is accepted. */
function faultOf(
  header: string | null,
  body: string | Uint8Array = BODY,
  secrets: readonly string[] = [SECRET],
  nowMs?: number,
): SignatureFault | null {
  const headers = header === null ? new Headers() : headersOf(header)
  const delivery = { headers, body: typeof body === 'string' ? bytes(body) : body }
  try {
    createWorkosVerify(secrets)(delivery, nowMs)
    return null
  } catch (error) {
    if (error instanceof SignatureError) return error.reason
    throw error
  }
}

async function isAcceptedByClient(sigHeader: string, payload = BODY, secret = SECRET): Promise<boolean> {
  return webhooks.verifyHeader({ payload, sigHeader, secret }).catch(() => false)
}

describe('a delivery of WorkOS', () => {
  test('is accepted when the official client has signed it, whatever its text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async text => {
        // The client reads bytes as text first, and loses a mark of byte order on the way.
        const body = text.replaceAll('\uFEFF', '')
        expect(faultOf(await sign(body), body)).toBeNull()
      }),
    )
  })

  test('that is accepted here is accepted by the official client', async () => {
    for (const at of [Date.now(), Date.now() - 2 * MINUTES]) {
      const header = await sign(BODY, { at })
      expect([faultOf(header), await isAcceptedByClient(header)]).toEqual([null, true])
    }
  })

  test('is accepted with any of several secrets, while they are rotated', async () => {
    const header = await sign(BODY, { secret: OTHER })
    expect(faultOf(header, BODY, [SECRET, OTHER])).toBeNull()
    expect(faultOf(header, BODY, [OTHER, SECRET])).toBeNull()
    expect(faultOf(header, BODY, [SECRET])).toBe('wrong-signature')
  })

  test('is accepted when one of several signatures is right', async () => {
    const [time, signature] = (await sign()).split(', ')
    expect(faultOf(`${time}, v1=${'0'.repeat(64)}, ${signature}`)).toBeNull()
  })

  test('is refused without a secret to know it by', async () => {
    expect(faultOf(await sign(), BODY, [])).toBe('wrong-signature')
  })

  test('is refused when a byte of it was changed', async () => {
    const header = await sign()
    expect(faultOf(header, `${BODY} `)).toBe('wrong-signature')
    expect(faultOf(header, BODY.replace('event_1', 'event_2'))).toBe('wrong-signature')
    expect(faultOf(header, JSON.stringify(JSON.parse(BODY), null, 1))).toBe('wrong-signature')
  })

  test('is judged by its bytes, where the official client takes all that is no text for the same', async () => {
    const broken = (byte: number) => new Uint8Array([...bytes('{"a":"'), byte, ...bytes('"}')])
    const header = await sign('{"a":"\uFFFD"}')
    expect(faultOf(header, '{"a":"\uFFFD"}')).toBeNull()
    expect(faultOf(header, broken(0xff))).toBe('wrong-signature')
    expect(
      await webhooks.verifyHeader({ payload: Buffer.from(broken(0xff)), sigHeader: header, secret: SECRET }),
    ).toBe(true)
  })

  test('is refused when its time was changed', async () => {
    const header = await sign(BODY, { at: Date.now() - 60 * MINUTES })
    expect(faultOf(header.replace(/t=\d+/, `t=${Date.now()}`))).toBe('wrong-signature')
  })

  test.each([
    [null, 'missing-header'],
    ['', 'malformed-header'],
    ['nonsense', 'malformed-header'],
    ['t=1700000000000', 'malformed-header'],
    [`v1=${'0'.repeat(64)}`, 'malformed-header'],
    [`t=, v1=${'0'.repeat(64)}`, 'malformed-header'],
    [`t=now, v1=${'0'.repeat(64)}`, 'malformed-header'],
    [`t=-1, v1=${'0'.repeat(64)}`, 'malformed-header'],
    [`t=1e12, v1=${'0'.repeat(64)}`, 'malformed-header'],
    [`t=${'9'.repeat(400)}, v1=${'0'.repeat(64)}`, 'malformed-header'],
    [`t=1, t=2, v1=${'0'.repeat(64)}`, 'malformed-header'],
    ['t=1700000000000, v1=', 'wrong-signature'],
    ['t=1700000000000, v1=00', 'wrong-signature'],
    [`t=1700000000000, v1=${'é'.repeat(32)}`, 'wrong-signature'],
  ] as const)('is refused with the header %j: %s', (header, fault) => {
    expect(faultOf(header)).toBe(fault)
  })

  test('is accepted within three minutes of its time, on both sides, and refused beyond', async () => {
    const at = Date.now()
    const header = await sign(BODY, { at })
    const at3 = 3 * MINUTES
    expect(faultOf(header, BODY, [SECRET], at + at3)).toBeNull()
    expect(faultOf(header, BODY, [SECRET], at + at3 + 1)).toBe('too-old')
    expect(faultOf(header, BODY, [SECRET], at - at3)).toBeNull()
    expect(faultOf(header, BODY, [SECRET], at - at3 - 1)).toBe('from-the-future')
  })

  test('from the future is refused, where the official client lets it pass', async () => {
    const header = await sign(BODY, { at: Date.now() + 60 * MINUTES })
    expect([faultOf(header), await isAcceptedByClient(header)]).toEqual(['from-the-future', true])
  })

  test('of long ago is refused by the official client too', async () => {
    const header = await sign(BODY, { at: Date.now() - 4 * MINUTES })
    expect([faultOf(header), await isAcceptedByClient(header)]).toEqual(['too-old', false])
  })

  test('that is not signed by the provider is never told that its time is wrong', async () => {
    const header = await sign(BODY, { at: 1, secret: 'a guess' })
    expect(faultOf(header)).toBe('wrong-signature')
  })
})

describe('a refusal', () => {
  test('quotes neither a secret nor a signature nor the body', async () => {
    const header = await sign(BODY, { secret: OTHER })
    const delivery = { headers: headersOf(header), body: bytes(BODY) }
    const error = catchError(() => createWorkosVerify([SECRET])(delivery))
    expect(error).toBeInstanceOf(SignatureError)
    const told = `${error} ${JSON.stringify(error)} ${(error as Error).stack}`
    for (const secret of [SECRET, OTHER, header.slice(-64), 'Bjørn']) expect(told).not.toContain(secret)
  })
})

describe('an empty secret', () => {
  test('is none, since anybody could sign with it', () => {
    expect(() => createWorkosVerify([SECRET, ''])).toThrow(TypeError)
  })
})

function catchError(work: () => void): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return null
}
