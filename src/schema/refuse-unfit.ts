import { InvalidInputError } from '../domain/provider-error.ts'

/** Longer than any name, id or e-mail address; the provider would have to refuse the URL that it stands in. */
const MAX_TEXT_LENGTH = 320

/**
 * Refuses text that no provider could have for a name, an id or an address: too long, with control characters, or with
 * half a character in it. Throws `InvalidInputError` that names `field`.
 */
export function refuseUnfit(text: string | null | undefined, field: string): void {
  if (text === null || text === undefined) return
  if (text.length <= MAX_TEXT_LENGTH && text.isWellFormed() && !/\p{Cc}/u.test(text)) return
  throw new InvalidInputError(`\`${field}\` is too long, or has characters in it that no text has.`, field)
}
