import { expect, test } from 'vitest'
import { createAnswerStore } from '../../src/upstream/answer-store.ts'
import type { Lease, SharedAnswer, SharedAnswers, SharedFollower } from '../../src/upstream/shared-answers.ts'
import { anyCall } from '../support/any-call.ts'

const TTL_MS = 30_000
const ANSWER = { status: 200, body: { data: [{ id: 'a' }] }, text: '{"data":[{"id":"a"}]}' }

/** What others share, held in hand: what is asked of it is noted, and `answer` is what it finds. */
function openShared() {
  const asked: string[] = []
  const followers: SharedFollower[] = []
  const note = (what: string) => void asked.push(what)
  const lease: Lease = {
    keep: (_answer, tags) => note(`keep ${tags.join(' ')}`),
    release: () => note('release'),
    renounce: () => note('renounce'),
  }
  const hand = { answer: Promise.resolve<SharedAnswer | Lease>(lease) }
  const shared: SharedAnswers = {
    find(key, maxAgeMs) {
      note(`find ${key} ${maxAgeMs}`)
      return hand.answer
    },
    async stale(key) {
      note(`stale ${key}`)
      return null
    },
    drop: async tags => note(`drop ${tags.join(' ')}`),
    dropEverywhere: async tags => note(`drop everywhere ${tags.join(' ')}`),
    forget: key => note(`forget ${key}`),
    forgetAll: async () => note('forget all'),
    follow: follower => void followers.push(follower),
  }
  const tell = (what: (follower: SharedFollower) => void) => followers.forEach(what)
  return { shared, hand, asked, tell, lease }
}

function open() {
  const others = openShared()
  const counted: string[] = []
  const store = createAnswerStore({
    ttlMs: TTL_MS,
    shared: others.shared,
    onOutdated: () => counted.push('outdated'),
  })
  const meter = { ...anyCall().meter, count: (what: string) => counted.push(what) }
  const fetch = (ask = async () => ANSWER, isRenewal = false, isReadable = true) =>
    store.fetch({
      key: 'key',
      request: { tags: ['list'], isReadable: () => isReadable },
      isRenewal,
      meter,
      signal: new AbortController().signal,
      ask,
    })
  return { ...others, store, counted, fetch }
}

const KEPT: SharedAnswer = { answer: ANSWER, ageMs: 20_000, isAwaited: false }

test('what is fetched is handed to all, with the tags that end it', async () => {
  const { fetch, asked } = open()
  expect(await fetch()).toBe(ANSWER)
  expect(asked).toEqual(['find key 30000', 'keep list a'])
})

test('what others have is reused here as old as it is there', async () => {
  const { store, fetch, hand, counted, tell } = open()
  tell(follower => follower.regained(false))
  hand.answer = Promise.resolve(KEPT)
  expect(await fetch(async () => expect.unreachable())).toBe(ANSWER)
  const kept = store.fresh('key')
  expect(kept?.ageMs).toBeGreaterThanOrEqual(20_000)
  expect(counted).toEqual(['cacheHits'])
  hand.answer = Promise.resolve({ ...KEPT, isAwaited: true })
  await fetch()
  expect(counted).toEqual(['cacheHits', 'coalesced'])
})

test('a renewal is content with nothing that is to be renewed itself', async () => {
  const { fetch, asked } = open()
  await fetch(undefined, true)
  expect(asked[0]).toBe('find key 20000')
})

test('what others have is not kept where it was dropped while it was on its way', async () => {
  const { store, fetch, hand, tell } = open()
  tell(follower => follower.regained(false))
  const answer = Promise.withResolvers<SharedAnswer>()
  hand.answer = answer.promise
  const fetching = fetch()
  tell(follower => follower.dropped(['a']))
  answer.resolve(KEPT)
  expect(await fetching).toBe(ANSWER)
  expect(store.fresh('key')).toBe(null)
})

test('nothing is reused before the others are heard, nor while they are not', async () => {
  const { store, fetch, tell } = open()
  await fetch()
  expect(store.fresh('key')).toBe(null)
  tell(follower => follower.regained(false))
  expect(store.fresh('key')).not.toBe(null)
  tell(follower => follower.lost())
  expect(store.fresh('key')).toBe(null)
  tell(follower => follower.regained(false))
  expect(store.fresh('key')).not.toBe(null)
  tell(follower => follower.lost())
  tell(follower => follower.regained(true))
  expect(store.fresh('key')).toBe(null)
})

test('while events may be missed nothing is reused, not even what others have', async () => {
  const { store, fetch, asked, tell } = open()
  tell(follower => follower.regained(false))
  store.suspendReuse(true)
  await fetch()
  expect([store.fresh('key'), await store.stale('key')]).toEqual([null, null])
  expect(asked).toEqual([])
  store.suspendReuse(false)
  expect(store.fresh('key')).not.toBe(null)
})

test('what others drop or forget ends here, and calls under way are not joined any more', async () => {
  for (const what of [
    (follower: SharedFollower) => follower.dropped(['a']),
    (follower: SharedFollower) => follower.forgotAll(),
  ]) {
    const { store, fetch, tell, counted } = open()
    tell(follower => follower.regained(false))
    await fetch()
    tell(follower => follower.dropped(['other']))
    expect(store.fresh('key')).not.toBe(null)
    tell(what)
    expect(store.fresh('key')).toBe(null)
    expect(counted).toEqual(['outdated', 'outdated'])
  }
  const { store, fetch, tell } = open()
  tell(follower => follower.regained(false))
  await fetch()
  tell(follower => follower.forgot('key'))
  expect(store.fresh('key')).toBe(null)
})

test('what is no answer to share lets the others ask, all of them or one after the other', async () => {
  const { fetch, asked } = open()
  await fetch(async () => ({ ...ANSWER, status: 404 }))
  expect(asked.splice(0)).toEqual(['find key 30000', 'forget key', 'renounce'])
  await fetch(undefined, false, false)
  expect(asked.splice(0)).toEqual(['find key 30000', 'renounce'])
  await expect(fetch(() => Promise.reject(new Error('down')))).rejects.toThrow('down')
  expect(asked).toEqual(['find key 30000', 'release'])
})

test('a write is told to all before it is over, an event is not', async () => {
  const { store, asked } = open()
  await store.dropWritten(['a'])
  await store.drop(['b'])
  await store.forgetAll()
  expect(asked).toEqual(['drop everywhere a', 'drop b', 'forget all'])
})
