import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** A file of the console, as it is sent. */
export interface ConsoleFile {
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Compressed at the first request for it; null where there is nothing to gain. */
  readonly compressed: ((encoding: 'br' | 'gzip') => Promise<Uint8Array<ArrayBuffer>>) | null
}

/** What was built of the console. */
export interface ConsoleFiles {
  /** The page, without what this server adds to it. */
  readonly page: string
  /** By their path below `/console/`. */
  readonly files: ReadonlyMap<string, ConsoleFile>
  /** What its pages ask, by id: they send no texts. */
  readonly documents: Readonly<Record<string, string>>
}

/** The same place from `src` and from `dist`. */
const BUILT = new URL('../../dist/console/', import.meta.url)
const DOCUMENTS = 'documents.json'
const PAGE = 'index.html'
/** Its highest quality takes a second and more for a tenth less, and the first who comes waits for it. */
const BROTLI = { [constants.BROTLI_PARAM_QUALITY]: 9 }
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** Whether there is a console to serve. */
export function isConsoleBuilt(): boolean {
  return existsSync(new URL(PAGE, BUILT))
}

/** Reads what `npm run build` has made of the console; null where nobody has built it. */
export function readConsoleFiles(): ConsoleFiles | null {
  const read = (name: string) => readFileSync(new URL(name, BUILT))
  if (!isConsoleBuilt()) return null
  const names = readdirSync(BUILT, { recursive: true, encoding: 'utf8' })
  const files = names.flatMap((name): [string, ConsoleFile][] => {
    const type = TYPES[extname(name)]
    return type === undefined ? [] : [[name.replaceAll('\\', '/'), toFile(type, read(name))]]
  })
  return {
    page: read(PAGE).toString(),
    files: new Map(files),
    documents: JSON.parse(read(DOCUMENTS).toString()) as Record<string, string>,
  }
}

function toFile(type: string, content: Buffer): ConsoleFile {
  const kept = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()
  const compress = async (encoding: 'br' | 'gzip') =>
    new Uint8Array(
      await (encoding === 'br'
        ? promisify(brotliCompress)(content, { params: BROTLI })
        : promisify(gzip)(content)),
    )
  return {
    type,
    bytes: new Uint8Array(content),
    compressed: type.startsWith('font/')
      ? null
      : encoding => {
          const bytes = kept.get(encoding) ?? compress(encoding)
          kept.set(encoding, bytes)
          return bytes
        },
  }
}
