import { setTimeout as wait } from 'node:timers/promises'
import type { SpareDirectory } from '../sandbox/sandbox-messages.ts'
import { directoryIdOf } from './global-id.ts'
import type { GraphClient, Outcome } from './graph-client.ts'
import type { Journal } from './journal.ts'
import { type Mutation, mutationsOf } from './mutations.ts'

/** A mutation as it went. */
export interface Attempt {
  readonly write: string
  readonly name: string
  /** Whether the answer says that it was done. */
  readonly isDone: boolean
}

/** A read right after a write that does not show it. */
export interface Unseen {
  readonly name: string
  readonly atMs: number
}

interface Answer {
  readonly result: { readonly __typename: string; readonly directory?: { readonly enabled: boolean } }
}

const CODES: Readonly<Record<string, string>> = {
  UnavailableError: 'UPSTREAM_UNAVAILABLE',
  RateLimitedError: 'RATE_LIMITED',
}
const READ = 'query Written($id: ID!) { directory(by: { id: $id }) { enabled } }'

/** Sends one mutation after the other until the end, and looks at what each has changed. */
export function startMutator(
  { client, journal }: { readonly client: GraphClient; readonly journal: Journal },
  spare: readonly SpareDirectory[],
  everyMs: number,
  signal: AbortSignal,
) {
  const attempts: Attempt[] = []
  const unseen: Unseen[] = []
  const uncertain = new Set<SpareDirectory>()
  let reads = 0

  async function attempt(mutation: Mutation): Promise<void> {
    const { name, write, input, enabledAfter } = mutation
    const outcome = await client.run<Answer>(toDocument(mutation), { input })
    const codes = codesOf(outcome)
    journal.note(name, outcome, codes)
    const isDone = outcome.data !== null && codes.length === 0
    attempts.push({ name, write, isDone })
    // Whether it is on or off is not known then, and so not what else may be done to it.
    if (!isDone && enabledAfter !== null) uncertain.add(mutation.directory)
    if (!isDone || enabledAfter === null) return
    const shown = outcome.data?.result.directory?.enabled
    if (shown !== enabledAfter) unseen.push({ name: `the answer of ${name}`, atMs: outcome.sentAtMs })
    await look(mutation)
  }

  /** By whichever replica has its turn. */
  async function look({ name, directory, enabledAfter }: Mutation): Promise<void> {
    const outcome = await client.run<{ directory: { enabled: boolean } }>(READ, {
      id: directoryIdOf(directory),
    })
    journal.note('Written', outcome)
    if (outcome.data === null) return
    reads += 1
    if (outcome.data.directory.enabled !== enabledAfter) {
      unseen.push({ name: `a read after ${name}`, atMs: outcome.sentAtMs })
    }
  }

  async function run(): Promise<void> {
    for (const mutation of mutationsOf(spare)) {
      if (signal.aborted) return
      if (uncertain.has(mutation.directory)) continue
      await attempt(mutation)
      await wait(everyMs)
    }
  }

  return { ended: run(), attempts, unseen, reads: () => reads }
}

function toDocument({ name, enabledAfter }: Mutation): string {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`
  const shown = enabledAfter === null ? '' : ` ... on ${type}Payload { directory { enabled } }`
  return `mutation ${type}($input: ${type}Input!) { result: ${name}(input: $input) { __typename${shown} } }`
}

/** Failures come as data; a refusal that no fault explains is named as it is. */
function codesOf({ codes, data }: Outcome<Answer>): readonly string[] {
  const type = data?.result.__typename
  if (type === undefined || type.endsWith('Payload')) return codes
  return [CODES[type] ?? type]
}
