import type { DirectoryProvider } from '../domain/directory-provider.ts'
import type { EntityKey } from '../domain/entity-key.ts'
import { InvalidInputError, NotFoundError, ProviderError } from '../domain/provider-error.ts'
import { type Part, readMembers } from './directory-members.ts'
import { type FoundDirectories, findAll, findDirectories } from './find-directories.ts'
import { ROW_WRITERS } from './formats.ts'
import { NOTHING_YET, type Order, type PlannedDirectory } from './journal.ts'
import { createKeeper } from './keeper.ts'
import type { Output } from './output.ts'
import type { Ask } from './patient-calls.ts'
import { type ExportResult, openOf, toPlanned, toResult, totalOf, unplanned } from './plan.ts'
import type { Progress } from './progress.ts'
import { readAhead } from './read-ahead.ts'
import { toDirectoryRow } from './rows.ts'
import { refuseOtherEnvironments } from './same-environment.ts'
import { isDirectory } from './selection.ts'

export interface ExportSettings {
  readonly order: Order
  readonly output: Output
  readonly provider: DirectoryProvider
  readonly ask: Ask
  readonly progress: Progress
}

/** A directory that loses its place is begun anew so often. */
const MAX_BEGINNINGS = 3
/** WorkOS's limit on users is a directory's own: reading the next ones meanwhile is what makes many directories quick. */
const READ_AHEAD = { sources: 4, items: 4 }

/**
 * Reads all that is wanted into the output: the rows of the directories, then the groups and users of one after the
 * other. One that can't be read is left out as a whole, and the next one follows. What was begun before goes on: what was
 * missing is asked for once more. What there is stays kept whatever ends this. Rejects with `ExportError`, `ProviderError` where what was named can't be asked, or what the output throws.
 */
export async function runExport(settings: ExportSettings): Promise<ExportResult> {
  const { order, output, provider, ask, progress } = settings
  const { head, write: toText } = ROW_WRITERS[order.format]
  let state = output.resumed ?? NOTHING_YET
  let { rows } = state
  const keeper = createKeeper(output)
  await refuseOtherEnvironments(output.changedCredentials, state.directories ?? [], provider, ask)

  /** Where not even that can be kept, the last that was is what there is. On a full disk, cutting back makes room for it. */
  async function keepWhatIsWhole(): Promise<void> {
    await keeper.stop()
    if (state.directories === null) return
    await output
      .cutBack(state.size)
      .then(() => output.keep(state))
      .catch(() => {})
  }

  /** Writes the rows of directories, and plans to read them. */
  async function plan({ directories, gaps }: FoundDirectories, head: string): Promise<void> {
    const planned = state.directories ?? []
    const found = unplanned(directories, planned)
    await output.append(head + toText(found.map(toDirectoryRow)))
    rows += found.length
    state = {
      ...state,
      size: output.size(),
      rows,
      directories: [...planned, ...found.map(toPlanned)],
      gaps: [...gaps],
    }
    await keeper.keep(state)
  }

  /** Whoever comes back asks once more what could not be found out. */
  async function lookAgain(): Promise<void> {
    const names = new Set(state.gaps.flatMap(gap => gap.lookAgain ?? []))
    const { directories, gaps } = await findAll([...names], provider, ask)
    const said = new Set(gaps.map(({ sentence }) => sentence))
    const others = state.gaps.filter(gap => gap.lookAgain === null && !said.has(gap.sentence))
    await plan({ directories, gaps: [...others, ...gaps] }, '')
  }

  function mark(index: number, directory: Pick<PlannedDirectory, 'state' | 'why'>): void {
    const directories = (state.directories ?? []).with(index, {
      ...(state.directories?.[index] as PlannedDirectory),
      ...directory,
    })
    state = { ...state, at: null, directories }
  }

  /** Where the directory was left, if it was begun. */
  const placeOf = (index: number) => (state.at?.index === index ? state.at.place : null)

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
      if (part.place === null) continue
      state = { ...state, size: output.size(), rows, at: { ...begun, unread, place: part.place } }
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
        const isCut = !output.canCutBack && output.size() > sizeBefore
        if (isCut) state = { ...state, size: output.size(), rows }
        else await takeBack(index)
        if (error instanceof NotFoundError && (await isGone(directory.key))) {
          const why = `It was deleted meanwhile${isCut ? '; a part of it is in the output' : ''}.`
          return mark(index, { state: 'gone', why })
        }
        // What was asked for is not there any more, as where whoever stood at its place has left, or one of its groups.
        const isOutdated = error instanceof InvalidInputError || error instanceof NotFoundError
        if (isOutdated && beginnings < MAX_BEGINNINGS && !isCut) {
          parts = readMembers(directory, null, settings)
          continue
        }
        const part = isCut ? 'A part of its groups and users' : 'Its groups and users'
        return mark(index, { state: 'missing', why: `${part}: ${error.message}` })
      }
    }
  }

  async function isGone(key: EntityKey): Promise<boolean> {
    return isDirectory(key, provider, ask).then(
      isThere => !isThere,
      (error: unknown) => {
        if (error instanceof ProviderError) return false
        throw error
      },
    )
  }

  async function writeAll(states: readonly PlannedDirectory['state'][]): Promise<void> {
    const open = openOf(state, states)
    const directories = state.directories?.length ?? 0
    progress.begin({ total: totalOf(state), rows, directories, done: directories - open.length })
    const sources = open.map(
      ([index, directory]) =>
        () =>
          readMembers(directory, placeOf(index), settings),
    )
    const ahead = readAhead(sources, READ_AHEAD)
    try {
      for (const [place, [index, directory]] of open.entries()) {
        await writeOrGiveUp(ahead.take(place), directory, index)
        progress.finishDirectory()
        keeper.note(state)
      }
    } finally {
      ahead.stop()
    }
  }

  try {
    const isAgain = state.directories !== null
    if (!isAgain) await plan(await findDirectories(order.selection, provider, ask), head)
    await writeAll(['waiting', 'missing'])
    if (isAgain && state.gaps.some(gap => gap.lookAgain !== null)) {
      await lookAgain()
      await writeAll(['waiting'])
    }
    const result = toResult(state)
    if (result.mayComeLater) await keeper.keep(state)
    await keeper.stop()
    return result
  } catch (error) {
    await keepWhatIsWhole()
    throw error
  }
}
