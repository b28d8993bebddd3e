import { createHash } from 'node:crypto'
import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations'
import { createGraphQLError, type Plugin } from 'graphql-yoga'
import type { CallersByRequest } from './use-callers.ts'

export interface PersistedDocuments {
  /** Documents by their id, as graphql-codegen and relay-compiler write them. */
  readonly documents: Readonly<Record<string, string>>
  /** `allow`: ids and free documents; `only`: ids, and free documents of the admin; `off`: free documents. */
  readonly mode: 'off' | 'allow' | 'only'
  /** Documents of pages that this server serves itself, taken in every mode. */
  readonly own?: Readonly<Record<string, string>>
}

/** Takes the id of a document that was written at build time in place of its text. */
export function usePersistedDocuments(
  settings: PersistedDocuments | null,
  callers: CallersByRequest,
): Plugin<object, object> {
  if (settings === null) return { onParams: refuseIds }
  const { documents, mode, own = {} } = settings
  if (mode === 'off') return { onParams: payload => takeOwn(payload, own) }
  const all = Object.entries({ ...documents, ...own })
  const byId = new Map(all.map(([id, text]) => [withoutAlgorithm(id), text]))
  const persisted = usePersistedOperations({
    allowArbitraryOperations: request => mode === 'allow' || callers.get(request)?.kind === 'admin',
    extractPersistedOperationId: (params, request) => toDocumentId({ params, request }),
    getPersistedOperation: id => byId.get(id) ?? null,
    customErrors: {
      // The words by which Apollo's and urql's clients know that they may send the whole document.
      notFound: () => refuse('PersistedQueryNotFound', 'NOT_FOUND', 400),
      keyNotFound: () =>
        refuse('Send `query`, or the `documentId` of a persisted document.', 'BAD_USER_INPUT', 400),
      persistedQueryOnly: () =>
        refuse('Only persisted documents are answered here: send `documentId`.', 'FORBIDDEN', 403),
    },
  })
  return {
    ...persisted,
    onParams(payload) {
      refuseContradictions(payload)
      return persisted.onParams?.(payload)
    },
  }
}

type OnParams = Parameters<NonNullable<Plugin['onParams']>>[0]
type Asked = Pick<OnParams, 'params' | 'request'>

function takeOwn(payload: OnParams, own: Readonly<Record<string, string>>): void {
  const { params, setParams } = payload
  const id = toDocumentId(payload)
  const query = !params.query && id !== null && Object.hasOwn(own, id) ? own[id] : undefined
  if (query === undefined) refuseIds(payload)
  else setParams({ ...params, query })
}

/** The words by which the same clients know that they have to send whole documents from now on. */
function refuseIds({ params, request }: Asked): void {
  if (params.query || toDocumentId({ params, request }) === null) return
  throw refuse('PersistedQueryNotSupported', 'BAD_USER_INPUT', 400)
}

/** A text beside an id must not pass for what the id stands for. Clients that register texts send their true hash. */
function refuseContradictions({ params, request }: Asked): void {
  const id = toDocumentId({ params, request })
  if (typeof params.query !== 'string' || id === null) return
  if (createHash('sha256').update(params.query).digest('hex') === id) return
  throw refuse('Send `query` or the id of a persisted document, not both.', 'BAD_USER_INPUT', 400)
}

/** `documentId` of the coming specification, with or without its `sha256:`, and what Apollo's and urql's clients send. */
function toDocumentId({ params, request }: Asked): string | null {
  const { documentId, extensions } = params as {
    readonly documentId?: unknown
    readonly extensions?: unknown
  }
  const { persistedQuery } = (extensions ?? {}) as { persistedQuery?: { sha256Hash?: unknown } | null }
  // Of a query string Yoga reads no parameters but GraphQL's own.
  const inUrl = request.method === 'GET' ? new URL(request.url).searchParams.get('documentId') : null
  const id = documentId ?? inUrl ?? persistedQuery?.sha256Hash
  return typeof id === 'string' ? withoutAlgorithm(id) : null
}

function withoutAlgorithm(id: string): string {
  return id.replace(/^sha256:/, '')
}

function refuse(message: string, code: string, status: number) {
  return createGraphQLError(message, { extensions: { code, http: { status } } })
}
