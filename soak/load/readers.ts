import { setTimeout as wait } from 'node:timers/promises'
import type { DirectoryState } from '../sandbox/directory-state.ts'
import type { Book } from '../truth/book.ts'
import type { Court } from '../truth/court.ts'
import type { GraphClient, Outcome } from './graph-client.ts'
import type { Journal } from './journal.ts'
import {
  type Read,
  readDirectory,
  readGroup,
  readNested,
  readUser,
  readUsers,
  type UsersPage,
} from './reads.ts'

export interface Ground {
  readonly client: GraphClient
  readonly book: Book
  readonly court: Court
  readonly journal: Journal
}

const MAX_PAUSE_MS = 600
const PAGE = 10
const MAX_PAGES = 6
/** What is asked about may go, or one's place in a list, while it is asked for: then this is the right answer. */
const GONE: readonly string[] = ['BAD_USER_INPUT', 'NOT_FOUND']

/** Readers that ask one thing after another, with pauses, until the end. Gives what waits for the end of the last. */
export function startReaders(ground: Ground, readers: number, signal: AbortSignal): Promise<unknown> {
  return Promise.all(
    Array.from({ length: readers }, async () => {
      while (!signal.aborted) {
        await readSomething(ground)
        await wait(Math.random() * MAX_PAUSE_MS)
      }
    }),
  )
}

async function readSomething(ground: Ground): Promise<void> {
  const { book } = ground
  const state = oneOf(book.latest())
  if (state === undefined) return
  const draw = Math.random()
  if (draw < 0.2) return void (await read(ground, readNested(state.provider, 1 + Math.floor(draw * 25))))
  if (draw < 0.35) return walk(ground, state)
  if (draw < 0.5) return void (await read(ground, readDirectory(state)))
  if (draw < 0.8) {
    const user = oneOf(state.users)
    if (user) await read(ground, readUser(state, user.id, book), () => !has(book, state, user.id))
    return
  }
  const group = oneOf(state.groups)
  if (group) await read(ground, readGroup(state, group.id), () => !has(book, state, group.id))
}

/** `isGone` says afterwards whether what it is about is there no more. */
async function read<Data>(
  { client, court, journal }: Ground,
  what: Read<Data>,
  isGone = () => false,
): Promise<Data | null> {
  const outcome = await client.run<Data>(what.query, what.variables)
  journal.note(what.operation, outcome, codesOf(outcome.codes, isGone()))
  if (outcome.data !== null) court.bring(what.exhibits(outcome.data), outcome.sentAtMs)
  return outcome.data
}

/** Pages through a directory's users, as a list does that somebody scrolls. */
async function walk(ground: Ground, state: DirectoryState): Promise<void> {
  const { client, court, journal, book } = ground
  let after: string | null = null
  let lastId: string | null = null
  for (let page = 0; page < MAX_PAGES; page += 1) {
    // Scalekit's tokens name pages and no people: what changes meanwhile moves them.
    const behind =
      state.provider === 'workos' && lastId !== null ? { after: lastId } : { somewhere: true as const }
    const what = readUsers(state, PAGE, after, lastId === null ? { first: true } : behind)
    const outcome: Outcome<UsersPage> = await client.run(what.query, what.variables)
    const isGone = lastId !== null && !has(book, state, lastId)
    journal.note(what.operation, outcome, codesOf(outcome.codes, isGone))
    if (outcome.data === null) return
    court.bring(what.exhibits(outcome.data), outcome.sentAtMs)
    const { nodes, pageInfo } = outcome.data.directory.users
    if (!pageInfo.hasNextPage) return
    after = pageInfo.endCursor
    lastId = nodes.at(-1)?.upstreamId ?? null
  }
}

function codesOf(codes: readonly string[], isGone: boolean): readonly string[] {
  return isGone ? codes.filter(code => !GONE.includes(code)) : codes
}

function has(book: Book, { directoryId }: DirectoryState, id: string): boolean {
  const now = book.latestOf(directoryId)
  return [...(now?.users ?? []), ...(now?.groups ?? [])].some(member => member.id === id)
}

function oneOf<T>(values: readonly T[]): T | undefined {
  return values[Math.floor(Math.random() * values.length)]
}
