import { z } from 'zod'
import type { ProviderName } from '../domain/entity-key.ts'
import { UnavailableError } from '../domain/provider-error.ts'

/** The record as its schema reads it, or the error that stands in its place: a bad record never costs its page. */
export function parseRecord<T>(
  provider: ProviderName,
  schema: z.ZodType<T>,
  raw: unknown,
): T | UnavailableError {
  const parsed = schema.safeParse(raw)
  return parsed.success ? parsed.data : new UnavailableError(provider, 'bad-response')
}

/** Whether an answer has the form of a schema. */
export function isFormOf(schema: z.ZodType): (body: unknown) => boolean {
  return body => schema.safeParse(body).success
}

/** The answer as its schema reads it. Throws `UnavailableError` when it has another form. */
export function parseAnswer<T>(provider: ProviderName, schema: z.ZodType<T>, body: unknown): T {
  const parsed = parseRecord(provider, schema, body)
  if (parsed instanceof UnavailableError) throw parsed
  return parsed
}

/**
 * What may be missing, in one step of zod's: `nullish().transform()` is five of them and as much garbage, for every
 * field of every record. `read` gets what has the type, or null.
 */
function optionally<T, Result>(
  expected: 'string' | 'object',
  isOfType: (value: unknown) => value is T,
  read: (value: T | null) => Result,
) {
  return z.transform((input: unknown, { issues }): Result => {
    if (input === null || input === undefined) return read(null)
    if (isOfType(input)) return read(input)
    issues.push({ code: 'invalid_type', expected, input })
    return z.NEVER
  })
}

const isText = (value: unknown) => typeof value === 'string'

/**
 * A time, read leniently: null where it is missing, unreadable or Go's zero time (`0001-01-01T00:00:00Z`),
 * by which Scalekit says "never".
 */
export const timestamp = optionally('string', isText, text => {
  const date = text ? new Date(text) : null
  return date === null || Number.isNaN(date.getTime()) || date.getUTCFullYear() <= 1 ? null : date
})

/** Text that both an empty string and null leave out. */
export const optionalText = optionally('string', isText, text => (text ? text : null))

/** A count that GraphQL's Int holds; null where it is missing or no count. */
export const count = z.int().min(0).max(2_147_483_647).nullish().catch(null)

/** Free JSON, empty when it is missing. As it is: `z.record` would look at every key and copy it. */
export const jsonObject = optionally(
  'object',
  (value): value is Readonly<Record<string, unknown>> => typeof value === 'object' && !Array.isArray(value),
  value => value ?? {},
)
