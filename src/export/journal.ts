import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { type EntityKey, PROVIDER_NAMES, type ProviderName } from '../domain/entity-key.ts'
import { ExportError } from './export-error.ts'
import { type Credentials, createSalt, fingerprintOf } from './fingerprint.ts'
import { FORMATS } from './formats.ts'

const FORM = 2

const key = z.string().transform(text => text as EntityKey)
const count = z.int().min(0)

const selection = z.union([
  z.object({ of: z.literal('all') }),
  z.object({ of: z.enum(['organization', 'directory']), id: z.string() }),
])

/** What the export is of: only the same one goes on with the same file. */
const order = z.object({
  selection,
  format: z.enum(FORMATS),
  /** Where each provider is read. */
  sources: z.record(z.string(), z.string()),
})
export type Order = z.infer<typeof order>

const fingerprint = z.object({ salt: z.string(), of: z.record(z.string(), z.string()) })

/** A directory with how far it is: to be read, read, given up and why, or gone at its provider. */
const plannedDirectory = z.object({
  key,
  /** By its own record; null where that does not say. */
  users: count.nullable(),
  groups: count.nullable(),
  state: z.enum(['waiting', 'done', 'missing', 'gone']),
  why: z.string().nullable(),
})
export type PlannedDirectory = z.infer<typeof plannedDirectory>

/** What was not found out, besides the directories that are missing. */
const gap = z.object({
  sentence: z.string(),
  /** Whose directories are to be looked for once more; null for what will not come then either. */
  lookAgain: z.enum(['workos', 'scalekit']).nullable(),
})
export type Gap = z.infer<typeof gap>

/**
 * A page of users that was read: the cursor that leads to it, null for the first one, and the provider's ids of those who
 * came last, up to its end.
 */
const place = z.object({ cursor: z.string().nullable(), recent: z.array(z.string()) })
export type Place = z.infer<typeof place>

/** How far the file is whole. */
const progress = z.object({
  /** Bytes. What lies behind them is cut off. */
  size: count,
  rows: count,
  /** Null until all of them are found and their rows are written. */
  directories: z.array(plannedDirectory).nullable(),
  gaps: z.array(gap),
  /** The directory that is being read: where its rows begin, and the page that its users have come to. */
  at: z.object({ index: count, size: count, rows: count, unread: count, place }).nullable(),
})
export type ExportState = z.infer<typeof progress>

const journal = z.object({ form: z.literal(FORM), order, fingerprint, progress })

/** The progress of an export that has none yet. */
export const NOTHING_YET: ExportState = { size: 0, rows: 0, directories: null, gaps: [], at: null }

/** How far an export has come, and of which providers it had other credentials. */
export interface Unended {
  readonly state: ExportState
  readonly changedCredentials: readonly ProviderName[]
}

/** Where an export keeps how far it has come, beside what it has written. */
export interface Journal {
  /** An export of the same kind that has not ended; null without one. Throws `ExportError` for one of another kind. */
  read(): Promise<Unended | null>
  /** Replaces it at once: whoever reads it has the old one or the new one, also after the power was gone. */
  write(progress: ExportState): Promise<void>
  remove(): Promise<void>
}

export function openJournal(path: string, order: Order, credentials: Credentials): Journal {
  const draft = `${path}.new`
  let own: z.infer<typeof fingerprint> | null = null

  async function begin() {
    const salt = createSalt()
    own = { salt, of: await fingerprintOf(credentials, salt) }
    return own
  }

  return {
    async read() {
      const text = await readFile(path, 'utf8').catch(nullIfAbsent)
      if (text === null) return null
      const found = journal.safeParse(parseJson(text))
      if (!found.success) {
        throw new ExportError(`${path} is not of this version of dirgraph: delete it and what it belongs to.`)
      }
      const differs = differenceOf(found.data.order, order)
      if (differs !== null)
        throw new ExportError(
          `${path} is of an export of ${differs}: give its options and --resume, or delete it and ${path.replace(/\.json$/, '')}.`,
        )
      const { salt, of } = found.data.fingerprint
      const now = await fingerprintOf(credentials, salt)
      own = { salt, of: now }
      const changedCredentials = PROVIDER_NAMES.filter(name => now[name] !== of[name])
      return { state: found.data.progress, changedCredentials }
    },
    async write(progress) {
      const fingerprint = own ?? (await begin())
      try {
        await writeSynced(draft, JSON.stringify({ form: FORM, order, fingerprint, progress }))
        await rename(draft, path)
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      }
      await syncFolder(dirname(path))
    },
    async remove() {
      await Promise.all([rm(path, { force: true }), rm(draft, { force: true })])
    },
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes sure that names in a folder are on the disk. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function differenceOf(found: Order, wanted: Order): string | null {
  if (!isSame(found.selection, wanted.selection)) return toWords(found.selection)
  if (found.format !== wanted.format) return `another format, ${found.format}`
  return isSame(found.sources, wanted.sources) ? null : 'other providers'
}

function toWords(selected: Order['selection']): string {
  return selected.of === 'all' ? '--all' : `--${selected.of} ${selected.id}`
}

/** Of values that are made in one way, so that their fields have one order. */
function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function nullIfAbsent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
