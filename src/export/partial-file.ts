import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ExportError } from './export-error.ts'
import type { Credentials } from './fingerprint.ts'
import { type Journal, NOTHING_YET, type Order, openJournal, syncFolder, type Unended } from './journal.ts'
import type { Output } from './output.ts'
import { lockPath, type Unlock } from './path-lock.ts'

/** People's data: for the one who exports, unless the file was there before with other rights. */
const MODE = 0o600

/**
 * A file that appears under its name when it is whole. Until then it is `<path>.partial`, with a journal beside it that
 * says up to where that is whole. Throws `ExportError` where another export is writing it, or an earlier one is in the way.
 */
export async function openPartialFile(
  path: string,
  order: Order,
  credentials: Credentials,
  isResuming: boolean,
): Promise<Output> {
  const final = await realpath(path).catch(() => path)
  const unlock = await lockPath(final)
  if (unlock === null) {
    throw new ExportError(`Another export is writing ${path}: let it end, or name another file.`)
  }
  const partial = `${final}.partial`
  const journal = openJournal(`${partial}.json`, order, credentials)
  try {
    return await openUnlocked({ final, partial, journal, unlock }, isResuming)
  } catch (error) {
    unlock()
    throw error
  }
}

async function openUnlocked(places: Places, isResuming: boolean): Promise<Output> {
  const { final, partial, journal } = places
  const size = await sizeOf(partial)
  // An empty one is left of an export that was killed as it began.
  const isBegun = size !== null && (size > 0 || isResuming)
  // Without the file its journal is of no use: that is left of an export that has just ended.
  const unended = isBegun ? await findUnended(partial, size, journal) : null
  if (unended !== null && !isResuming) {
    throw new ExportError(
      'An export to this file has not ended: go on with it, or delete what there is of it to begin anew.',
      { path: partial, rows: unended.state.rows },
    )
  }
  const mode = (await stat(final).catch(() => null))?.mode ?? MODE
  try {
    if (unended === null) await journal.write(NOTHING_YET)
    const handle = await open(partial, size === null ? 'wx' : 'r+', MODE)
    await handle.chmod(mode & 0o777)
    return await writeTo(handle, places, unended ?? { state: NOTHING_YET, changedCredentials: [] })
  } catch (error) {
    if (unended === null) await journal.remove().catch(() => {})
    throw error
  }
}

async function findUnended(partial: string, size: number, journal: Journal): Promise<Unended | null> {
  const unended = await journal.read()
  if (unended === null && size === 0) return null
  if (unended === null) {
    throw new ExportError(
      `${partial} is there, but not ${partial}.json, which says up to where it is whole: delete it to begin anew.`,
    )
  }
  if (size >= unended.state.size) return unended
  throw new ExportError(`${partial} is shorter than ${partial}.json says: delete both to begin anew.`)
}

interface Places {
  readonly final: string
  readonly partial: string
  readonly journal: Journal
  readonly unlock: Unlock
}

async function writeTo(
  handle: FileHandle,
  { final, partial, journal, unlock }: Places,
  { state, changedCredentials }: Unended,
): Promise<Output> {
  let { size } = state
  let kept = state
  await handle.truncate(size)
  return {
    resumed: state.directories === null ? null : state,
    changedCredentials,
    canCutBack: true,
    size: () => size,
    async append(text) {
      const bytes = Buffer.from(text)
      for (let written = 0; written < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, size)
        written += bytesWritten
        size += bytesWritten
      }
    },
    async cutBack(to) {
      await handle.truncate(to)
      size = to
    },
    // What the journal tells of has to be on the disk before the journal is.
    async keep(whole) {
      await handle.datasync()
      await journal.write(whole)
      kept = whole
    },
    async finish() {
      await handle.sync()
      await handle.close()
      await rename(partial, final)
      await syncFolder(dirname(final))
      await journal.remove()
      unlock()
    },
    async leave() {
      await handle.close()
      if (kept.rows === 0) {
        await rm(partial, { force: true })
        await journal.remove()
      }
      unlock()
      return kept.rows === 0 ? null : { path: partial, rows: kept.rows }
    },
  }
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ size }) => size,
    () => null,
  )
}
