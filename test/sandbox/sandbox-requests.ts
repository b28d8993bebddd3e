import type { Sandbox } from '../../src/sandbox/sandbox.ts'

/** An answer with its body read. */
export interface Answer<Body> {
  status: number
  headers: Headers
  text: string
  body: Body
}

/** What a test sends beside the path. */
export interface RequestOptions {
  method?: string
  headers?: Record<string, string>
  body?: string | URLSearchParams
}

async function send<Body>(url: string, options: RequestOptions): Promise<Answer<Body>> {
  const response = await fetch(url, options)
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : undefined,
  }
}

/** Calls the WorkOS side with its key. */
export function requestWorkos<Body = unknown>(
  { workos }: Sandbox,
  path: string,
  options: RequestOptions = {},
): Promise<Answer<Body>> {
  const headers = { authorization: `Bearer ${workos.apiKey}`, ...options.headers }
  return send(workos.url + path, { ...options, headers })
}

/** Asks the Scalekit side for a token. */
export function requestToken(
  { scalekit }: Sandbox,
  form: Record<string, string> = {},
): Promise<Answer<{ access_token: string; expires_in: number }>> {
  return send(`${scalekit.environmentUrl}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: scalekit.clientId,
      client_secret: scalekit.clientSecret,
      ...form,
    }),
  })
}

/** Calls the Scalekit side with a token of its own. */
export async function requestScalekit<Body = unknown>(
  sandbox: Sandbox,
  path: string,
  options: RequestOptions = {},
): Promise<Answer<Body>> {
  const token = (await requestToken(sandbox)).body.access_token
  const headers = { authorization: `Bearer ${token}`, ...options.headers }
  return send(sandbox.scalekit.environmentUrl + path, { ...options, headers })
}
