import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { directoryId, organizationId } from '../support/seeded-ids.ts'
import type { Calls, Operation } from './count-calls.ts'

const workosMedium = (sandbox: Sandbox) => ({
  id: directoryId(sandbox, sandbox.data.known.workosMediumDirectoryId),
})
const scalekitDisabled = (sandbox: Sandbox) => ({
  id: directoryId(sandbox, sandbox.data.known.scalekitDisabledDirectoryId),
})
const WORKOS_DIRECTORY = 'workos GET /directories/{id}'
const SCALEKIT_DIRECTORY = 'scalekit GET /organizations/{id}/directories/{id}'

/** Each mutation with exactly what it may ask of the providers, and above it why no less would do. */
export const WRITES: readonly (readonly [name: string, operation: Operation, calls: Calls])[] = [
  // WorkOS deletes by the directory's id alone, so that it is the caller's organization's is seen first.
  [
    'deleteDirectory at WorkOS, by ids only',
    {
      query: `mutation($id: ID!) { deleteDirectory(input: { directoryId: $id }) {
        ... on DeleteDirectoryPayload { deletedDirectoryId status organization { id } } } }`,
      variables: workosMedium,
    },
    { [WORKOS_DIRECTORY]: 1, 'workos DELETE /directories/{id}': 1 },
  ],
  // The switch answers whether it is on; all else has to be read.
  [
    'enableDirectory, by its id only',
    {
      query:
        'mutation($id: ID!) { enableDirectory(input: { directoryId: $id }) { ... on EnableDirectoryPayload { directory { id provider } } } }',
      variables: scalekitDisabled,
    },
    { 'scalekit PATCH /organizations/{id}/directories/{id}:enable': 1 },
  ],
  [
    'enableDirectory, and how it is then',
    {
      query:
        'mutation($id: ID!) { enableDirectory(input: { directoryId: $id }) { ... on EnableDirectoryPayload { directory { state } } } }',
      variables: scalekitDisabled,
    },
    { 'scalekit PATCH /organizations/{id}/directories/{id}:enable': 1, [SCALEKIT_DIRECTORY]: 1 },
  ],
  // Scalekit answers the switch with the organization.
  [
    'enableScim with the organization',
    {
      query:
        'mutation($id: ID!) { enableScim(input: { organizationId: $id }) { ... on EnableScimPayload { organization { name scimEnabled } } } }',
      variables: ({ data }) => ({ id: organizationId('scalekit', data.known.scalekitScimOffOrganizationId) }),
    },
    { 'scalekit PATCH /organizations/{id}/settings': 1 },
  ],
]
