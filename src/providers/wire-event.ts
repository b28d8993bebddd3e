import { z } from 'zod'
import { MalformedEventError } from '../domain/directory-event.ts'
import type { ProviderName } from '../domain/entity-key.ts'

/** The id of an event, as long as one may be. */
export const eventId = z.string().min(1).max(128)

/** A time that has to be there. */
export const instant = z
  .string()
  .transform(text => new Date(text))
  .refine(date => !Number.isNaN(date.getTime()))

/** What the schema reads of an event. Throws `MalformedEventError`, saying where in the event it can't. */
export function parseEventPart<T>(provider: ProviderName, schema: z.ZodType<T>, raw: unknown, at = ''): T {
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  const path = parsed.error.issues[0]?.path ?? []
  throw new MalformedEventError(provider, [...(at ? [at] : []), ...path].join('.'))
}
