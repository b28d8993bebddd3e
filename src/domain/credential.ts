/** Whether it can be a credential: it belongs into a header, where white space and line breaks have no place. */
export function isCredential(text: unknown): boolean {
  return typeof text === 'string' && /^[\x21-\x7e]+$/.test(text)
}
