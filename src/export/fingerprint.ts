import { randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'

/** By what a provider's tenant is known, such as its API key, by the provider's name. Held in memory only. */
export type Credentials = Readonly<Record<string, string>>

const derive = promisify(scrypt) as (password: string, salt: Buffer, length: number) => Promise<Buffer>
const BYTES = 16

/** A salt for the fingerprints of one export. */
export function createSalt(): string {
  return randomBytes(BYTES).toString('base64')
}

/**
 * What tells whether somebody comes back with the same credentials, and nothing else of them: a slow hash with a salt of
 * its own, so that trying out likely ones costs much and nobody can look them up.
 */
export async function fingerprintOf(credentials: Credentials, salt: string): Promise<Record<string, string>> {
  const bytes = Buffer.from(salt, 'base64')
  const prints = Object.entries(credentials).map(async ([name, secret]) => {
    return [name, (await derive(secret, bytes, BYTES)).toString('base64')] as const
  })
  return Object.fromEntries(await Promise.all(prints))
}
