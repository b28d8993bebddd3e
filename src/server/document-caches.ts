import type { DocumentNode } from 'graphql'
import { LRUCache } from 'lru-cache'
import { hashOfText } from './text-hash.ts'

/** Parsed documents take about this much more than their text. */
const BYTES_PER_CHARACTER = 150
const BYTES_PER_ENTRY = 1_024
const MAX_DOCUMENT_BYTES = 16 * 1_024 * 1_024
const MAX_ERROR_BYTES = 1_024 * 1_024

/** Documents that were parsed, and those that could not be, for the next time that somebody sends the same text. */
export function createDocumentCaches() {
  return {
    documentCache: createTextCache<DocumentNode>(MAX_DOCUMENT_BYTES),
    errorCache: createTextCache<Error>(MAX_ERROR_BYTES),
  }
}

/** By the hash of a text, which can hold an e-mail address, and bounded by bytes: callers choose how long a text is. */
function createTextCache<Value extends object>(maxBytes: number) {
  const values = new LRUCache<string, Value>({ maxSize: maxBytes })
  return {
    get: (text: string): Value | undefined => values.get(hashOfText(text)),
    set(text: string, value: Value): void {
      values.set(hashOfText(text), value, { size: BYTES_PER_ENTRY + text.length * BYTES_PER_CHARACTER })
    },
  }
}
