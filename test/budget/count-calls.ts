import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { startApp } from '../support/start-app.ts'

/** How many calls went to which provider and place: `workos GET /directories/{id}` → 1. */
export type Calls = Readonly<Record<string, number>>

export interface Operation {
  readonly query: string
  readonly variables?: (sandbox: Sandbox) => Record<string, unknown>
}

/**
 * Runs an operation on a server that has asked nothing yet and counts what it asks. Scalekit's token is counted apart:
 * it is fetched once and serves for a day.
 */
export async function countCalls({ query, variables }: Operation): Promise<{ calls: Calls; tokens: number }> {
  const app = await startApp()
  try {
    const { data, errors } = await app.query(query, variables?.(app.sandbox))
    if (!data || errors) throw new Error(JSON.stringify(errors))
    const places = app.sandbox.calls.map(placeOf)
    const calls: Record<string, number> = {}
    for (const place of places.filter(name => name !== TOKEN)) calls[place] = (calls[place] ?? 0) + 1
    return { calls, tokens: places.filter(name => name === TOKEN).length }
  } finally {
    await app.stop()
  }
}

const TOKEN = 'scalekit POST /oauth/token'

function placeOf({ provider, method, path, query }: Sandbox['calls'][number]): string {
  const place = path
    .replace(/^\/api\/v1/, '')
    .replaceAll(/\/(org|dir|directory|directory_user|directory_group)_\d\w*/g, '/{id}')
    .replace(/external_id\/.+/, 'external_id/{id}')
  return `${provider} ${method} ${place}${query.include_detail ? ' in detail' : ''}`
}
