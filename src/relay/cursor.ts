import { hash } from 'node:crypto'
import { InvalidInputError } from '../domain/provider-error.ts'
import { fromBase64Url, toBase64Url } from './base64.ts'

/** Raised when the inside of cursors changes, so that one from before is refused, not misread. */
const VERSION = 1
const MAX_LENGTH = 12_000

/**
 * Wraps adapters' cursors for a client, together with the list that issued them. They are no secret and grant
 * nothing: the list that is walked comes from the field, never from the cursor.
 */
export function createCursorSeal(listId: string): (cursor: string) => string {
  let list: string | null = null
  return cursor => {
    list ??= fingerprint(listId)
    return toBase64Url(JSON.stringify([VERSION, list, cursor]))
  }
}

/**
 * The adapter's cursor out of a client's. Throws `InvalidInputError` for anything that the list named by
 * `listId` did not issue: forged, of another list, another filter or another version.
 */
export function openCursor(sealed: string, listId: string, size: 'first' | 'last'): string {
  const field = size === 'first' ? 'after' : 'before'
  const parts = sealed.length <= MAX_LENGTH ? parse(sealed) : null
  if (parts === null) throw new InvalidInputError(`\`${field}\` is not a cursor of this API.`, field)
  const [version, list, cursor] = parts
  if (version !== VERSION || list !== fingerprint(listId)) {
    throw new InvalidInputError(
      `\`${field}\` is a cursor of another list, or of the same list with another filter.`,
      field,
    )
  }
  return cursor
}

function parse(sealed: string): [number, string, string] | null {
  try {
    const parts: unknown = JSON.parse(fromBase64Url(sealed))
    if (!Array.isArray(parts) || parts.length !== 3) return null
    const [version, list, cursor] = parts
    return typeof version === 'number' && typeof list === 'string' && typeof cursor === 'string'
      ? [version, list, cursor]
      : null
  } catch {
    return null
  }
}

/** Short, since it travels in every cursor, and a hash, since a filter can hold an e-mail address. */
function fingerprint(listId: string): string {
  return hash('sha256', listId, 'base64url').slice(0, 8)
}
