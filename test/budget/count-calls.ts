import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { startApp, type TestAppSettings } from '../support/start-app.ts'

/** How many calls went to which provider and place: `workos GET /directories/{id}` → 1. */
export type Calls = Readonly<Record<string, number>>

export interface Operation {
  readonly query: string
  readonly variables?: (sandbox: Sandbox) => Record<string, unknown>
  /** The world that it is asked in, where it is not the sandbox's own. */
  readonly world?: Pick<TestAppSettings, 'scale'>
}

interface Counted {
  readonly calls: Calls
  readonly tokens: number
  readonly data: unknown
}

/**
 * Runs an operation on a server that has asked nothing yet, once or more times, and counts what it asks each time.
 * Scalekit's token is counted apart: it is fetched once and serves for a day.
 */
export async function countCalls(
  { query, variables, world }: Operation,
  { times = 1, cacheTtlSeconds = 0 }: { readonly times?: number; readonly cacheTtlSeconds?: number } = {},
): Promise<Counted[]> {
  const app = await startApp({ ...world, dirgraph: { cacheTtlSeconds } })
  const counted: Counted[] = []
  try {
    for (let time = 0; time < times; time += 1) {
      app.sandbox.clearCalls()
      const { data, errors } = await app.query(query, variables?.(app.sandbox))
      if (!data || errors) throw new Error(JSON.stringify(errors))
      counted.push({ ...countOf(app.sandbox.calls), data })
    }
    return counted
  } finally {
    await app.stop()
  }
}

const TOKEN = 'scalekit POST /oauth/token'

/** The calls by their places, and those for a token apart. */
export function countOf(recorded: Sandbox['calls']): { calls: Calls; tokens: number } {
  const places = recorded.map(placeOf)
  const calls: Record<string, number> = {}
  for (const place of places.filter(name => name !== TOKEN)) calls[place] = (calls[place] ?? 0) + 1
  return { calls, tokens: places.filter(name => name === TOKEN).length }
}

function placeOf({ provider, method, path, query }: Sandbox['calls'][number]): string {
  const place = path
    .replace(/^\/api\/v1/, '')
    .replaceAll(/\/(org|dir|directory|directory_user|directory_group)_\d\w*/g, '/{id}')
    .replace(/external_id\/.+/, 'external_id/{id}')
  return `${provider} ${method} ${place}${query.include_detail ? ' in detail' : ''}`
}
