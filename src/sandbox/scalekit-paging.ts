import { createHash, createHmac } from 'node:crypto'
import type { SandboxQuirks } from './sandbox-data.ts'
import { refuseArgument } from './scalekit-answers.ts'

/** A slice of a Scalekit list and the tokens around it; `''` says there is none. */
export interface ScalekitPage<Row> {
  rows: Row[]
  paging: { next_page_token: string; prev_page_token: string; total_size: number }
}

/** The sizes a list accepts; below `floor` is raised to it, above `ceiling` is refused. */
export interface PageSizeRule {
  floor: number
  ceiling: number
}

const defaultSize = 10
const signingKey = 'scalekit stand-in page tokens'

function sign(text: string): string {
  return createHmac('sha256', signingKey).update(text).digest('base64url').slice(0, 16)
}

// A token belongs to one list with its filters and page size; used elsewhere it is junk.
function toScope(path: string, search: URLSearchParams, pageSize: number): string {
  const filters = [...search]
    .filter(([name]) => name !== 'page_token' && name !== 'page_size' && name !== 'include_detail')
    .map(entry => entry.join('='))
    .sort()
  return createHash('sha256')
    .update(JSON.stringify([path, filters, pageSize]))
    .digest('base64url')
    .slice(0, 12)
}

function toToken(page: number, scope: string): string {
  const payload = Buffer.from(JSON.stringify({ page, scope })).toString('base64url')
  return `${payload}.${sign(payload)}`
}

function parseToken(token: string, scope: string): number {
  const [payload = '', signature] = token.split('.')
  if (sign(payload) === signature) {
    const parsed = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    if (parsed.scope === scope) return Number(parsed.page)
  }
  throw refuseArgument('page_token', 'page token is invalid', 'string.page_token')
}

function parsePageSize(search: URLSearchParams, rule: PageSizeRule): number {
  const text = search.get('page_size') ?? ''
  if (text === '') return defaultSize
  if (!/^\d+$/.test(text)) throw refuseArgument('page_size', `parsing field "page_size": ${text}`, 'uint32')
  const asked = Number(text)
  if (asked > rule.ceiling) {
    const description = `value must be less than or equal to ${rule.ceiling}`
    throw refuseArgument('page_size', description, 'uint32.lte')
  }
  // Proto3 cannot tell 0 from unset.
  return asked === 0 ? defaultSize : Math.max(asked, rule.floor)
}

/** Cuts the asked page out of rows that are in the order served. */
export function toScalekitPage<Row>(
  rows: readonly Row[],
  request: { path: string; search: URLSearchParams },
  rule: PageSizeRule,
  quirks: SandboxQuirks,
): ScalekitPage<Row> {
  const { path, search } = request
  const pageSize = parsePageSize(search, rule)
  const scope = toScope(path, search, pageSize)
  const token = search.get('page_token') ?? ''
  const page = token === '' ? 0 : parseToken(token, scope)
  const start = page * pageSize
  const next = start + pageSize < rows.length ? toToken(page + 1, scope) : ''
  return {
    rows: rows.slice(start, start + pageSize),
    paging: {
      next_page_token: quirks.repeatCursor && token !== '' ? token : next,
      prev_page_token: page > 0 ? toToken(page - 1, scope) : '',
      total_size: rows.length,
    },
  }
}
