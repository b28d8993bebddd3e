import type { RecordedCall, Sandbox } from '../../src/sandbox/sandbox.ts'

/** What both providers were asked, over a whole run. */
export interface CallSummary {
  readonly calls: number
  /** By provider and status, such as `workos 200`; `none` where a call had no answer. */
  readonly byStatus: Readonly<Record<string, number>>
  /** Answers 429 while no fault made them: a limit was passed. `atMs` is when it arrived, since the epoch. */
  readonly overLimit: readonly { readonly atMs: number; readonly path: string }[]
  /** The most calls for the users of one WorkOS directory within a second. */
  readonly mostUserCalls: number
  /** How often each write arrived, by method, path and body. */
  readonly writes: Readonly<Record<string, number>>
}

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/**
 * Adds up what the sandbox records, and takes it out of its record, which is bounded. `isFailing` says whether answers
 * are those of a fault at that time, by `performance.now()`.
 */
export function createCallTally(
  sandbox: Pick<Sandbox, 'calls' | 'clearCalls' | 'data'>,
  isFailing: (atMs: number) => boolean,
) {
  let open: RecordedCall[] = []
  let calls = 0
  const overLimit: { atMs: number; path: string }[] = []
  let mostUserCalls = 0
  const byStatus = new Map<string, number>()
  const writes = new Map<string, number>()
  const arrivals = new Map<string, number[]>()
  const directoryByUser = new Map<string, string>()

  const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1)

  /** In the order of arrival, whatever becomes of it. */
  function enter(call: RecordedCall): void {
    calls += 1
    const { method, path, body, receivedAtMs } = call
    if (isWrite(call)) count(writes, [method, path, body].filter(Boolean).join(' '))
    const directory = limitedDirectoryOf(call)
    if (directory === undefined) return
    const recent = (arrivals.get(directory) ?? []).filter(atMs => atMs > receivedAtMs - 1_000)
    recent.push(receivedAtMs)
    arrivals.set(directory, recent)
    mostUserCalls = Math.max(mostUserCalls, recent.length)
  }

  /** The WorkOS directory whose limit a call counts for. */
  function limitedDirectoryOf({ path, query }: RecordedCall): string | undefined {
    const [, users, id] = path.split('/')
    if (users !== 'directory_users') return undefined
    if (id === undefined) return String(query.directory ?? query.group)
    const { rosters } = sandbox.data.workos
    const known =
      directoryByUser.get(id) ?? [...rosters].find(([, { users }]) => users.some(user => user.id === id))?.[0]
    if (known !== undefined) directoryByUser.set(id, known)
    return known
  }

  function leave({ provider, status, path, receivedAtMs, answeredAtMs }: RecordedCall): void {
    count(byStatus, `${provider} ${status ?? 'none'}`)
    // A request may arrive just before a fault begins, and meet it.
    const isOfFault = isFailing(receivedAtMs) || isFailing(answeredAtMs ?? receivedAtMs)
    if (status === 429 && !isOfFault) overLimit.push({ atMs: performance.timeOrigin + receivedAtMs, path })
  }

  return {
    /** To be called more often than the record is filled. */
    collect(): void {
      const recorded = [...sandbox.calls]
      sandbox.clearCalls()
      recorded.forEach(enter)
      const all = [...open, ...recorded]
      open = all.filter(({ status }) => status === null)
      all.filter(({ status }) => status !== null).forEach(leave)
    },
    summary(): CallSummary {
      open.forEach(leave)
      open = []
      return {
        calls,
        overLimit,
        mostUserCalls,
        byStatus: Object.fromEntries([...byStatus].toSorted()),
        writes: Object.fromEntries(writes),
      }
    },
  }
}

/** Scalekit's token is fetched by POST, and its sync is begun by GET. */
function isWrite({ method, path }: RecordedCall): boolean {
  if (path.endsWith('/oauth/token')) return false
  return !READS.has(method) || path.endsWith(':sync')
}
