import type { Dirgraph } from '../../src/app.ts'

export interface Failure {
  readonly message: string
  readonly extensions: { readonly code?: string }
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Of an answer that is JSON; null of any other. */
  readonly json: {
    readonly data?: Record<string, unknown> | null
    readonly errors?: readonly Failure[]
  } | null
  /** The code of each error. */
  readonly codes: readonly (string | undefined)[]
}

/** Sends a request as it stands, and reads the answer to its end. */
export async function send(
  dirgraph: Pick<Dirgraph, 'fetch'>,
  path: string,
  init: RequestInit,
): Promise<Answer> {
  const response = await dirgraph.fetch(new Request(`http://dirgraph.test${path}`, init))
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== ''
  const json = isJson ? JSON.parse(text) : null
  const errors: readonly Failure[] = json?.errors ?? []
  const codes = errors.map(({ extensions }) => extensions?.code)
  return { status: response.status, headers: response.headers, text, json, codes }
}

/** Posts a body as JSON; a string as it stands. */
export function post(
  dirgraph: Pick<Dirgraph, 'fetch'>,
  body: object | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return send(dirgraph, '/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** Sends parameters in the URL, by GET, with the header that a page of another origin can't send unasked. */
export function get(
  dirgraph: Pick<Dirgraph, 'fetch'>,
  parameters: Record<string, string>,
  headers: Record<string, string> = { 'x-graphql-yoga-csrf': '1' },
): Promise<Answer> {
  return send(dirgraph, `/graphql?${new URLSearchParams(parameters)}`, { headers })
}
