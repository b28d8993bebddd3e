import { expect } from 'vitest'

/** What comes in with a question, or in an upstream's answer, and must not come out anywhere. */
export const EMAIL = 'ada.lovelace@private.example'
export const KEY_IN_A_BODY = 'sk_live_somebody_elses'
export const THEIR_WORDS = 'their-own-words'

/** All of an answer: its headers as well. */
export async function textOf(response: Response): Promise<string> {
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`)
  return [...headers, await response.text()].join('\n')
}

/** Finds what must be in neither, and says where without repeating all of it. */
export function expectNothingIn(text: string, words: readonly string[]): void {
  expect(words.filter(word => text.includes(word) || text.includes(encodeURIComponent(word)))).toEqual([])
}

/** A log has nobody’s address in it, and no query of any URL. */
export function expectNoPersonIn(log: string): void {
  expect(/[\w.]*\w(@|%40)[\w.]+/.exec(log)?.[0]).toBeUndefined()
  expect(log).not.toMatch(/email=|search=|query=|\?/)
}
