import type { TestApp } from '../support/start-app.ts'

/** The nine mutations: what each is about, what its payload answers, and the request that Scalekit is sent for it. */
export const MUTATIONS = {
  enableScim: { about: 'organization', payload: 'organization { id scimEnabled }', write: /\/settings$/ },
  disableScim: { about: 'organization', payload: 'organization { id scimEnabled }', write: /\/settings$/ },
  createPortalLink: { about: 'organization', payload: 'url expiresAt', write: /\/portal_links\?/ },
  createDirectory: {
    about: 'organization',
    payload: 'directory { id name identityProvider protocol organization { id } }',
    write: /\/directories$/,
  },
  enableDirectory: { about: 'directory', payload: 'directory { id enabled state }', write: /:enable$/ },
  disableDirectory: { about: 'directory', payload: 'directory { id enabled state }', write: /:disable$/ },
  syncDirectory: { about: 'directory', payload: 'directory { id lastSyncedAt }', write: /:sync$/ },
  deleteDirectory: {
    about: 'directory',
    payload: 'deletedDirectoryId status organization { id name }',
    write: /\/directories\/\w+$/,
  },
  createDirectorySecret: {
    about: 'directory',
    payload: 'plainSecret secret { id suffix status createdAt expiresAt lastUsedAt }',
    write: /\/secrets$/,
  },
} as const
export type Mutation = keyof typeof MUTATIONS
export const MUTATION_NAMES = Object.keys(MUTATIONS) as Mutation[]

/** The mutations that not every provider has, and the word for each. */
export const OPERATION_OF: Readonly<Record<Mutation, string>> = {
  enableScim: 'ENABLE_SCIM',
  disableScim: 'DISABLE_SCIM',
  createPortalLink: 'CREATE_PORTAL_LINK',
  createDirectory: 'CREATE_DIRECTORY',
  enableDirectory: 'ENABLE_DIRECTORY',
  disableDirectory: 'DISABLE_DIRECTORY',
  syncDirectory: 'SYNC_DIRECTORY',
  deleteDirectory: 'DELETE_DIRECTORY',
  createDirectorySecret: 'CREATE_DIRECTORY_SECRET',
}

/** The result of a mutation with all that its payload or its error tells. Throws when the operation itself fails. */
export async function mutate(
  app: TestApp,
  name: Mutation,
  input: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const type = name.charAt(0).toUpperCase() + name.slice(1)
  const isUnsupportable = name !== 'deleteDirectory' && name !== 'createPortalLink'
  const { data, errors } = await app.query<{ result: Record<string, unknown> }>(
    `mutation($input: ${type}Input!) {
      result: ${name}(input: $input) {
        __typename
        ... on ${type}Payload { ${MUTATIONS[name].payload} clientMutationId }
        ... on Error { message }
        ... on InvalidInputError { field }
        ... on RateLimitedError { provider retryAfterSeconds }
        ... on UnavailableError { provider }
        ${isUnsupportable ? '... on UnsupportedError { provider operation }' : ''}
      }
    }`,
    { input },
  )
  if (!data || errors) throw new Error(JSON.stringify(errors))
  return data.result
}

/** The input that names the mutation's organization or directory, whole where it needs more than that. */
export function inputFor(name: Mutation, ids: { organization: string; directory: string }) {
  if (MUTATIONS[name].about === 'directory') return { directoryId: ids.directory }
  const organization = { organizationId: ids.organization }
  return name === 'createDirectory' ? { ...organization, identityProvider: 'OKTA' } : organization
}
