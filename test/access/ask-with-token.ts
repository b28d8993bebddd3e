import type { GuardedApp } from './start-guarded-app.ts'

const ORGANIZATIONS = { query: '{ organizations { nodes { upstreamId } } }' }

/** Who may come in with that header: the status, the code, and the organizations that were seen. */
export async function ask(app: GuardedApp, headers: Record<string, string>) {
  const { status, text, headers: answered } = await app.post(ORGANIZATIONS, headers)
  const { data, errors } = JSON.parse(text)
  return {
    status,
    code: errors?.[0].extensions.code ?? null,
    message: (errors?.[0].message as string) ?? null,
    challenge: answered.get('www-authenticate'),
    retryAfter: answered.get('retry-after'),
    organizations: data?.organizations?.nodes.map((node: { upstreamId: string }) => node.upstreamId) ?? null,
  }
}

/** A token of the app's own organization, with claims changed. */
export function tokenOf(app: GuardedApp, claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const org_id = app.sandbox.data.known.workosOrganizationId
  return app.issuer.sign({ org_id, permissions: ['directories:read'], ...claims })
}

/** A time as tokens write it. */
export const seconds = (fromNow: number) => Math.floor(Date.now() / 1_000) + fromNow

/** A part of a token. */
export const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
