import { hash } from 'node:crypto'

let last = { text: '', hash: '' }

/**
 * The SHA-256 of a document, as hexadecimal digits: it stands for the text, which can hold people's data. One operation
 * asks for that of one text some times in a row, so the last one is remembered.
 */
export function hashOfText(text: string): string {
  if (last.hash === '' || last.text !== text) last = { text, hash: hash('sha256', text) }
  return last.hash
}
