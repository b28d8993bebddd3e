import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations'
import { createGraphQLError, type Plugin } from 'graphql-yoga'
import type { CallersByRequest } from './use-callers.ts'

export interface PersistedDocuments {
  /** Documents by their id, as graphql-codegen and relay-compiler write them. */
  readonly documents: Readonly<Record<string, string>>
  /** `allow`: ids and free documents; `only`: ids, and free documents of the admin; `off`: free documents. */
  readonly mode: 'off' | 'allow' | 'only'
}

/** Takes the id of a document that was written at build time in place of its text. */
export function usePersistedDocuments(
  { documents, mode }: PersistedDocuments,
  callers: CallersByRequest,
): Plugin {
  if (mode === 'off') return {}
  return usePersistedOperations({
    allowArbitraryOperations: request => mode === 'allow' || callers.get(request)?.kind === 'admin',
    extractPersistedOperationId: toDocumentId,
    getPersistedOperation: id => (Object.hasOwn(documents, id) ? (documents[id] ?? null) : null),
    customErrors: {
      // The words by which Apollo's and urql's clients know that they may send the whole document.
      notFound: () => refuse('PersistedQueryNotFound', 'NOT_FOUND', 400),
      keyNotFound: () =>
        refuse('Send `query`, or the `documentId` of a persisted document.', 'BAD_USER_INPUT', 400),
      persistedQueryOnly: () =>
        refuse('Only persisted documents are answered here: send `documentId`.', 'FORBIDDEN', 403),
    },
  })
}

/** `documentId` of the coming specification, with or without its `sha256:`, and what Apollo's and urql's clients send. */
function toDocumentId(params: {
  readonly extensions?: unknown
  readonly documentId?: unknown
}): string | null {
  const { persistedQuery } = (params.extensions ?? {}) as { persistedQuery?: { sha256Hash?: unknown } | null }
  const id = params.documentId ?? persistedQuery?.sha256Hash
  return typeof id === 'string' ? id.replace(/^sha256:/, '') : null
}

function refuse(message: string, code: string, status: number) {
  return createGraphQLError(message, { extensions: { code, http: { status } } })
}
