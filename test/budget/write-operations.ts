import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { directoryId, organizationId } from '../support/seeded-ids.ts'
import type { Calls, Operation } from './count-calls.ts'

const workosMedium = (sandbox: Sandbox) => ({
  id: directoryId(sandbox, sandbox.data.known.workosMediumDirectoryId),
})
const scalekitDisabled = (sandbox: Sandbox) => ({
  id: directoryId(sandbox, sandbox.data.known.scalekitDisabledDirectoryId),
})
const SCALEKIT_DIRECTORY = 'scalekit GET /organizations/{id}/directories/{id}'

/** Each mutation with exactly what it may ask of the providers, and above it why no less would do. */
export const WRITES: readonly (readonly [name: string, operation: Operation, calls: Calls])[] = [
  // The id names the directory and its organization; there is nothing to learn before it is deleted, nor after.
  [
    'deleteDirectory at WorkOS, by ids only',
    {
      query: `mutation($id: ID!) { deleteDirectory(input: { directoryId: $id }) {
        ... on DeleteDirectoryPayload { deletedDirectoryId status organization { id } } } }`,
      variables: workosMedium,
    },
    { 'workos DELETE /directories/{id}': 1 },
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
  // The switch, and the people themselves: that the directory is there is known from the switch.
  [
    'enableDirectory with its people',
    {
      query: `mutation($id: ID!) { enableDirectory(input: { directoryId: $id }) {
        ... on EnableDirectoryPayload { directory { id users(first: 5) { nodes { name } } } } } }`,
      variables: scalekitDisabled,
    },
    {
      'scalekit PATCH /organizations/{id}/directories/{id}:enable': 1,
      'scalekit GET /organizations/{id}/directories/{id}/users': 1,
    },
  ],
  // Scalekit refuses to delete what is on, so that it is switched off is a call of its own.
  [
    'deleteDirectory at Scalekit with force',
    {
      query: `mutation($id: ID!) { deleteDirectory(input: { directoryId: $id, force: true }) {
        ... on DeleteDirectoryPayload { status } } }`,
      variables: sandbox => ({ id: directoryId(sandbox, sandbox.data.known.scalekitLargeDirectoryId) }),
    },
    {
      'scalekit PATCH /organizations/{id}/directories/{id}:disable': 1,
      'scalekit DELETE /organizations/{id}/directories/{id}': 1,
    },
  ],
  // The answer is the new directory.
  [
    'createDirectory with all of its record',
    {
      query: `mutation($id: ID!) { createDirectory(input: { organizationId: $id, identityProvider: OKTA }) {
        ... on CreateDirectoryPayload { directory { id name state scimEndpoint } } } }`,
      variables: ({ data }) => ({ id: organizationId('scalekit', data.known.scalekitEmptyOrganizationId) }),
    },
    { 'scalekit POST /organizations/{id}/directories': 1 },
  ],
  // The answer is the link.
  [
    'createPortalLink at both',
    {
      query: `mutation($workos: ID!, $scalekit: ID!) {
        workos: createPortalLink(input: { organizationId: $workos }) { ... on CreatePortalLinkPayload { url } }
        scalekit: createPortalLink(input: { organizationId: $scalekit }) { ... on CreatePortalLinkPayload { url } } }`,
      variables: ({ data: { known } }) => ({
        workos: organizationId('workos', known.workosOrganizationId),
        scalekit: organizationId('scalekit', known.scalekitOrganizationId),
      }),
    },
    { 'workos POST /portal/generate_link': 1, 'scalekit PUT /organizations/{id}/portal_links': 1 },
  ],
]
