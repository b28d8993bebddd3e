import type { DirectoryProvider } from '../domain/directory-provider.ts'
import type { Directory } from '../domain/entities.ts'
import { providerOf, upstreamIdOf } from '../domain/entity-key.ts'
import {
  InvalidInputError,
  PROVIDER_TITLES,
  ProviderError,
  UnavailableError,
} from '../domain/provider-error.ts'
import { type Part, readMembers } from './directory-members.ts'
import { ExportError } from './export-error.ts'
import { findDirectories } from './find-directories.ts'
import { ROW_WRITERS } from './formats.ts'
import { type ExportState, NOTHING_YET, type Order, type PlannedDirectory } from './journal.ts'
import { createKeeper } from './keeper.ts'
import type { Output } from './output.ts'
import type { Ask } from './patient-calls.ts'
import type { Progress } from './progress.ts'
import { readAhead } from './read-ahead.ts'
import { toDirectoryRow } from './rows.ts'

export interface ExportSettings {
  readonly order: Order
  readonly output: Output
  readonly provider: DirectoryProvider
  readonly ask: Ask
  readonly progress: Progress
}

/** What became of it: how much there is, and in words what is missing. */
export interface ExportResult {
  readonly rows: number
  readonly directories: number
  readonly missing: readonly string[]
}

/** A directory that loses its place is begun anew so often. */
const MAX_BEGINNINGS = 3
/** WorkOS's limit on users is a directory's own: reading the next ones meanwhile is what makes many directories quick. */
const READ_AHEAD = { sources: 4, items: 4 }

/**
 * Reads all that is wanted into the output: the rows of the directories, then the groups and users of one after the
 * other. One that can't be read is left out as a whole, and the next one follows. What there is stays kept whatever
 * ends this. Rejects with `ExportError`, `ProviderError` where what was named can't be asked, or what the output throws.
 */
export async function runExport(settings: ExportSettings): Promise<ExportResult> {
  const { order, output, provider, ask, progress } = settings
  const { head, write: toText } = ROW_WRITERS[order.format]
  let state = output.resumed ?? NOTHING_YET
  let { rows } = state
  const keeper = createKeeper(output)

  /** Where not even that can be kept, the last that was is what there is. On a full disk, cutting back makes room for it. */
  async function keepWhatIsWhole(): Promise<void> {
    await keeper.stop()
    if (state.directories === null) return
    await output
      .cutBack(state.size)
      .then(() => output.keep(state))
      .catch(() => {})
  }

  async function begin(): Promise<readonly PlannedDirectory[]> {
    const { directories, missing } = await findDirectories(order.selection, provider, ask)
    await output.append(head + toText(directories.map(toDirectoryRow)))
    const planned = directories.map(toPlanned)
    rows = planned.length
    state = { ...state, size: output.size(), rows, directories: planned, missing: [...missing] }
    await keeper.keep(state)
    return planned
  }

  function mark(index: number, directory: Pick<PlannedDirectory, 'state' | 'why'>): void {
    const directories = (state.directories ?? []).with(index, {
      ...(state.directories?.[index] as PlannedDirectory),
      ...directory,
    })
    state = { ...state, at: null, directories }
  }

  /** Where the directory was left, if it was begun. */
  const placeOf = (index: number) => (state.at?.index === index ? state.at.resumeAt : null)

  /** The groups and users of one directory, behind those that are there. */
  async function write(parts: AsyncIterable<Part>, index: number): Promise<void> {
    const left = state.at?.index === index ? state.at : null
    const begun = { index, size: left?.size ?? state.size, rows: left?.rows ?? state.rows }
    let unread = left?.unread ?? 0
    for await (const part of parts) {
      await output.append(toText(part.rows))
      rows += part.rows.length
      unread += part.unread
      progress.reach(rows)
      if (part.resumeAt === null) continue
      state = { ...state, size: output.size(), rows, at: { ...begun, unread, resumeAt: part.resumeAt } }
      keeper.note(state)
    }
    state = { ...state, size: output.size(), rows }
    mark(index, { state: 'done', why: unread === 0 ? null : `${unread} of its records could not be read.` })
  }

  /** Takes back what there is of a directory; ahead of that it is kept that it is gone, for what is kept has to be there. */
  async function takeBack(index: number): Promise<void> {
    const { size, rows: before } = state.at?.index === index ? state.at : state
    rows = before
    state = { ...state, size, rows, at: null }
    if (output.size() === size) return
    await keeper.keep(state)
    await output.cutBack(size)
    progress.reach(rows)
  }

  async function writeOrGiveUp(first: AsyncIterable<Part>, directory: PlannedDirectory, index: number) {
    let parts = first
    for (let beginnings = 1; ; beginnings += 1) {
      const sizeBefore = output.size()
      try {
        return await write(parts, index)
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error
        if (output.canCutBack && isRefusedToAll(error)) throw error
        const isCut = !output.canCutBack && output.size() > sizeBefore
        if (!isCut) await takeBack(index)
        // Its place is not known any more, as where whoever stood there has left.
        if (error instanceof InvalidInputError && beginnings < MAX_BEGINNINGS && !isCut) {
          parts = readMembers(directory, null, provider, ask)
          continue
        }
        if (isCut) state = { ...state, size: output.size(), rows }
        const part = isCut ? 'A part of its groups and users' : 'Its groups and users'
        return mark(index, { state: 'missing', why: `${part}: ${error.message}` })
      }
    }
  }

  async function writeAll(planned: readonly PlannedDirectory[]): Promise<void> {
    const open = inOrder(planned, state)
    const sources = open.map(
      ([index, directory]) =>
        () =>
          readMembers(directory, placeOf(index), provider, ask),
    )
    const ahead = readAhead(sources, READ_AHEAD)
    try {
      for (const [place, [index, directory]] of open.entries()) {
        await writeOrGiveUp(ahead.take(place), directory, index)
        keeper.note(state)
      }
    } finally {
      ahead.stop()
    }
  }

  try {
    const planned = state.directories ?? (await begin())
    progress.begin(totalOf(planned), state.rows)
    await writeAll(planned)
    await keeper.stop()
  } catch (error) {
    await keepWhatIsWhole()
    throw error
  }
  return toResult(state)
}

/** No directory could be read any more: a file is better gone on with later than ended without them. */
function isRefusedToAll(error: ProviderError): boolean {
  return error instanceof UnavailableError && error.reason === 'credentials-refused'
}

/** The one that was under way, then those that were not begun or given up, in the order in which they were found. */
function inOrder(planned: readonly PlannedDirectory[], { at }: ExportState) {
  const open = [...planned.entries()].filter(([, directory]) => directory.state !== 'done')
  return open.toSorted(([one], [other]) => Number(other === at?.index) - Number(one === at?.index))
}

function toPlanned({ key, stats: { totalUsers, totalGroups } }: Directory): PlannedDirectory {
  return { key, users: totalUsers, groups: totalGroups, state: 'waiting', why: null }
}

/** Null where one of the directories does not say how large it is. */
function totalOf(planned: readonly PlannedDirectory[]): number | null {
  let total = planned.length
  for (const { users, groups } of planned) {
    if (users === null || groups === null) return null
    total += users + groups
  }
  return total
}

function toResult({ rows, directories, missing }: ExportState): ExportResult {
  const planned = directories ?? []
  const lacking = planned.flatMap(({ key, why }) =>
    why === null ? [] : [`The directory ${upstreamIdOf(key)} of ${PROVIDER_TITLES[providerOf(key)]}: ${why}`],
  )
  const all = [...missing, ...lacking]
  if (rows === 0 && all.length > 0) throw new ExportError(`Nothing could be read. ${all.join(' ')}`)
  return { rows, directories: planned.length, missing: all }
}
