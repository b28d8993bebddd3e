import type { CallMeter } from '../domain/directory-provider.ts'
import { createAnswerCache, type KeptAnswer, renewalAgeMs } from './answer-cache.ts'
import { idsIn } from './answer-tags.ts'
import { createRecentDrops } from './recent-drops.ts'
import { isLease, type Lease, type SharedAnswers } from './shared-answers.ts'
import type { UpstreamAnswer, UpstreamRequest } from './upstream-client.ts'

/** A read that nothing kept in this process answers. */
export interface Fetch {
  readonly key: string
  readonly request: Pick<UpstreamRequest, 'tags' | 'isReadable'>
  /** Renews an answer before it ends: one that another replica has does only where it is newer. */
  readonly isRenewal: boolean
  readonly meter: CallMeter
  /** Another replica had the answer, or got it just then. */
  readonly onShared?: (result: 'shared' | 'coalesced') => void
  readonly signal: AbortSignal
  readonly ask: () => Promise<UpstreamAnswer>
}

/** What is kept of one provider's answers: in this process and, where replicas share, by all of them. */
export interface AnswerStore {
  /** What this process has kept and may reuse. */
  fresh(key: string): KeptAnswer | null
  /** Whether it is time to renew it, so that nobody has to wait when it ends. */
  isDue(kept: KeptAnswer): boolean
  /** What another replica has or gets; else what `ask` gets, which is kept. */
  fetch(fetch: Fetch): Promise<UpstreamAnswer>
  /** What may stand in while the provider fails. */
  stale(key: string): Promise<KeptAnswer | null>
  forget(key: string): void
  /** Something was written: what it changed is not reused, and nothing that was asked for before is kept here. */
  dropWritten(tags: readonly string[]): Promise<void>
  /** The provider has told, or will tell, every replica that it changed. */
  drop(tags: readonly string[]): Promise<void>
  forgetAll(): Promise<void>
  suspendReuse(isSuspended: boolean): void
}

export interface AnswerStoreSettings {
  readonly ttlMs: number
  /** Null where there is nobody to share with. */
  readonly shared: SharedAnswers | null
  /** Something changed by itself or by another replica: whoever comes must join nothing that was asked before. */
  readonly onOutdated: () => void
}

/** Reuses what it has kept, unless told that it changed or that it may have changed unheard. */
export function createAnswerStore({ ttlMs, shared, onOutdated }: AnswerStoreSettings): AnswerStore {
  const cache = createAnswerCache({ ttlMs })
  const drops = createRecentDrops()
  let isSuspended = false
  let isDeaf = shared !== null

  const isReusable = () => !isSuspended && !isDeaf
  /** What others have is checked where it lies, so it is good while this replica is deaf; but not while events are missed. */
  const believed = () => (isSuspended ? null : shared)
  const tagsOf = ({ tags = [] }: Fetch['request'], { body }: UpstreamAnswer) => [...tags, ...idsIn(body)]

  function dropHere(tags: readonly string[]): void {
    drops.add(tags)
    cache.drop(tags)
    onOutdated()
  }

  function forgetHere(): void {
    drops.addAll()
    cache.clear()
    onOutdated()
  }

  shared?.follow({
    dropped: dropHere,
    forgot: cache.forget,
    forgotAll: forgetHere,
    lost() {
      isDeaf = true
    },
    regained(isGap) {
      if (isGap) forgetHere()
      isDeaf = false
    },
  })

  /** Asks the provider. `lease` is for all replicas: whatever becomes of it, the others are to know. */
  async function askAndKeep({ key, request, ask }: Fetch, lease: Lease | null): Promise<UpstreamAnswer> {
    const askedAt = drops.now()
    try {
      const answer = await ask()
      if (ttlMs === 0 && lease === null) return answer
      const isReadable = request.isReadable?.(answer.body) !== false
      if (answer.status >= 400) forget(key)
      if (answer.status >= 400 || !isReadable) {
        lease?.renounce()
        return answer
      }
      const tags = tagsOf(request, answer)
      if (!drops.includes(tags, askedAt)) cache.keep(key, answer, tags)
      lease?.keep(answer, tags)
      return answer
    } catch (error) {
      lease?.release()
      throw error
    }
  }

  async function fetchShared(others: SharedAnswers, fetch: Fetch): Promise<UpstreamAnswer> {
    const { key, request, isRenewal, meter, onShared, signal } = fetch
    const askedAt = drops.now()
    const found = await others.find(key, isRenewal ? renewalAgeMs(ttlMs) : ttlMs, signal)
    if (isLease(found)) return askAndKeep(fetch, found)
    meter.count(found.isAwaited ? 'coalesced' : 'cacheHits', 1)
    onShared?.(found.isAwaited ? 'coalesced' : 'shared')
    const tags = tagsOf(request, found.answer)
    if (!drops.includes(tags, askedAt)) cache.keep(key, found.answer, tags, found.ageMs)
    return found.answer
  }

  function forget(key: string): void {
    cache.forget(key)
    shared?.forget(key)
  }

  return {
    fresh: key => (isReusable() ? cache.fresh(key) : null),
    isDue: cache.isDue,
    fetch(fetch) {
      const others = believed()
      return others === null ? askAndKeep(fetch, null) : fetchShared(others, fetch)
    },
    stale: async key => (isReusable() ? cache.stale(key) : null) ?? (await believed()?.stale(key)) ?? null,
    forget,
    async dropWritten(tags) {
      drops.addAll()
      cache.drop(tags)
      await shared?.dropEverywhere(tags)
    },
    async drop(tags) {
      dropHere(tags)
      await shared?.drop(tags)
    },
    async forgetAll() {
      forgetHere()
      await shared?.forgetAll()
    },
    suspendReuse(isSuspendedNow) {
      isSuspended = isSuspendedNow
    },
  }
}
