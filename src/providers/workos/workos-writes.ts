import type { CallContext, ProviderReads, ProviderWrites } from '../../domain/directory-provider.ts'
import type { EntityKey } from '../../domain/entity-key.ts'
import {
  InvalidInputError,
  NotFoundError,
  noSuchObject,
  type Operation,
  ProviderError,
  UnsupportedError,
} from '../../domain/provider-error.ts'
import type { UpstreamClient } from '../../upstream/upstream-client.ts'
import { urlPath } from '../../upstream/url-path.ts'
import { parseAnswer } from '../wire-record.ts'
import { workosIdOf } from './workos-ids.ts'
import { portalLinkWire } from './workos-wire.ts'

/** The writing half of the WorkOS adapter. WorkOS lets a directory be deleted and its admin be sent a portal link. */
export function createWorkosWrites(
  client: UpstreamClient,
  { findDirectories }: Pick<ProviderReads, 'findDirectories'>,
): ProviderWrites {
  /** WorkOS deletes by id alone, whatever organization the key claims. */
  async function refuseForeign(key: EntityKey, call: CallContext): Promise<void> {
    const [directory = null] = await findDirectories([{ key, detail: 'key' }], call)
    if (directory === null) throw noSuchObject('workos')
    if (directory instanceof ProviderError) throw directory
  }

  return {
    enableScim: unsupported('ENABLE_SCIM', 'WorkOS has no switch for SCIM in its API'),
    disableScim: unsupported('DISABLE_SCIM', 'WorkOS has no switch for SCIM in its API'),
    createDirectory: unsupported('CREATE_DIRECTORY', 'A directory of WorkOS is set up by its own admin'),
    enableDirectory: unsupported('ENABLE_DIRECTORY', 'A directory of WorkOS is switched on by its own admin'),
    disableDirectory: unsupported(
      'DISABLE_DIRECTORY',
      'A directory of WorkOS is switched off by its own admin',
    ),
    syncDirectory: unsupported('SYNC_DIRECTORY', 'WorkOS syncs by itself'),
    createDirectorySecret: unsupported(
      'CREATE_DIRECTORY_SECRET',
      'WorkOS hands out secrets in its portal only',
    ),

    /** An unknown organization is answered with 400 and words to that effect. */
    async createPortalLink(organization, call) {
      const json = { organization: workosIdOf('Organization', organization), intent: 'dsync' }
      const { status, body } = await client.send(
        { method: 'post', path: 'portal/generate_link', json, answers: [400, 404] },
        call,
      )
      if (status === 404 || (status === 400 && /could not find/i.test(JSON.stringify(body)))) {
        throw new NotFoundError('WorkOS has no such organization.', 'workos')
      }
      if (status === 400)
        throw new InvalidInputError('WorkOS does not accept this organization.', 'organizationId')
      return { url: parseAnswer('workos', portalLinkWire, body).link, expiresAt: null }
    },

    /** Any 2xx with any body is consent: 202 with the text "Accepted", 200 and 204 have all been seen. */
    async deleteDirectory(directory, _force, call) {
      const id = workosIdOf('Directory', directory)
      if (call.boundTo !== null) await refuseForeign(directory, call)
      const { status } = await client.send(
        {
          method: 'delete',
          ...urlPath`/directories/${id}`,
          ignoreBody: true,
          drops: [id, `within ${id}`],
        },
        call,
      )
      return status === 202 ? 'PENDING' : 'DELETED'
    },
  }
}

function unsupported(operation: Operation, why: string): () => Promise<never> {
  const instead = 'Send the organization’s admin a portal link instead (createPortalLink).'
  return () => Promise.reject(new UnsupportedError(`${why}. ${instead}`, 'workos', operation))
}
