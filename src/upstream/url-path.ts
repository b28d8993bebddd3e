import { InvalidInputError } from '../domain/provider-error.ts'
import type { UpstreamRequest } from './upstream-client.ts'

/** Where a request goes, to be spread into it: the path, and the path without its ids, as metrics and traces name it. */
export type UrlPath = Required<Pick<UpstreamRequest, 'path' | 'route'>>

/**
 * A path with its ids encoded, so that none of them can leave its place. What is a path already stands as it is. Throws
 * `InvalidInputError` for a segment of dots, which URLs resolve however it is encoded, and for half a character, which
 * can not be encoded.
 */
export function urlPath(strings: TemplateStringsArray, ...parts: readonly (string | UrlPath)[]): UrlPath {
  let path = (strings[0] ?? '').replace(/^\//, '')
  let route = path
  for (const [index, part] of parts.entries()) {
    const next = strings[index + 1] ?? ''
    path += (typeof part === 'string' ? encoded(part) : part.path) + next
    route += (typeof part === 'string' ? '{id}' : part.route) + next
  }
  return { path, route }
}

function encoded(id: string): string {
  if (/^\.{0,2}$/.test(id) || !id.isWellFormed()) throw new InvalidInputError('This can be no id.')
  return encodeURIComponent(id)
}
