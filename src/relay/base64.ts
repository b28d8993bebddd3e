import { Buffer } from 'node:buffer'

const CANONICAL = /^[A-Za-z0-9_-]*={0,2}$|^[A-Za-z0-9+/]*={0,2}$/

/** Text as base64url without padding, through UTF-8. */
export function toBase64Url(text: string): string {
  return Buffer.from(text).toString('base64url')
}

/** The text in a base64 or base64url string, padded or not. Throws on anything else. */
export function fromBase64Url(encoded: string): string {
  if (!CANONICAL.test(encoded)) throw new SyntaxError('not base64')
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64'))
}
