import type { CallContext, ProviderWrites } from '../../domain/directory-provider.ts'
import { type EntityKey, upstreamIdOf } from '../../domain/entity-key.ts'
import { ConflictError, InvalidInputError, UnavailableError } from '../../domain/provider-error.ts'
import type { UpstreamClient } from '../../upstream/upstream-client.ts'
import { urlPath } from '../../upstream/url-path.ts'
import { parseAnswer } from '../wire-record.ts'
import {
  IDENTITY_PROVIDER_WORDS,
  PROTOCOL_WORDS,
  SCIM_FEATURE,
  toDirectory,
  toDirectorySecret,
  toOrganization,
} from './scalekit-entities.ts'
import { directoryPath, organizationPath } from './scalekit-lists.ts'
import {
  directoryAnswer,
  organizationAnswer,
  portalLinkAnswer,
  secretAnswer,
  toggleAnswer,
} from './scalekit-wire.ts'

/** The writing half of the Scalekit adapter. */
export function createScalekitWrites(client: UpstreamClient): ProviderWrites {
  /** Feature names are free text to Scalekit, so only the organization that comes back tells whether it was heeded. */
  async function switchScim(organization: EntityKey, enabled: boolean, call: CallContext) {
    const path = urlPath`${organizationPath(organization)}/settings`
    const json = { features: [{ name: SCIM_FEATURE, enabled }] }
    const { body } = await client.send(
      { method: 'patch', ...path, json, drops: [upstreamIdOf(organization)] },
      call,
    )
    const { organization: wire } = parseAnswer('scalekit', organizationAnswer, body)
    const feature = wire.settings?.features.find(({ name }) => name === SCIM_FEATURE)
    const organizationNow = toOrganization(wire)
    if (feature === undefined || organizationNow.scimEnabled !== enabled) {
      throw new UnavailableError(
        'scalekit',
        'bad-response',
        'Scalekit has accepted the switch, but not set it.',
      )
    }
    return organizationNow
  }

  /**
   * What counts is how the directory stands afterwards, which takes a call to see where the answer does not say so:
   * switching on what is on already has been answered with 200 and a message, and with an error.
   */
  async function switchDirectory(directory: EntityKey, enabled: boolean, call: CallContext): Promise<void> {
    const path = directoryPath(directory)
    const toggle = enabled ? urlPath`${path}:enable` : urlPath`${path}:disable`
    const { status, body } = await client.send(
      { method: 'patch', ...toggle, answers: [400, 409], drops: [upstreamIdOf(directory)] },
      call,
    )
    if (status < 400 && (parseAnswer('scalekit', toggleAnswer, body).enabled ?? false) === enabled) return
    const there = await client.send({ method: 'get', ...path }, call)
    const { directory: now } = parseAnswer('scalekit', directoryAnswer, there.body)
    if ((now.enabled ?? false) !== enabled) {
      const wanted = enabled ? 'on' : 'off'
      throw new InvalidInputError(
        `Scalekit did not switch the directory ${wanted}.`,
        'directoryId',
        'scalekit',
      )
    }
  }

  return {
    enableScim: (organization, call) => switchScim(organization, true, call),
    disableScim: (organization, call) => switchScim(organization, false, call),
    enableDirectory: (directory, call) => switchDirectory(directory, true, call),
    disableDirectory: (directory, call) => switchDirectory(directory, false, call),

    async createPortalLink(organization, call) {
      const path = urlPath`${organizationPath(organization)}/portal_links`
      const { body } = await client.send({ method: 'put', ...path, query: { features: SCIM_FEATURE } }, call)
      const { link } = parseAnswer('scalekit', portalLinkAnswer, body)
      return { url: link.location, expiresAt: link.expire_time }
    },

    async createDirectory(organization, { identityProvider, protocol }, call) {
      const directory_provider = IDENTITY_PROVIDER_WORDS.find(([, ours]) => ours === identityProvider)?.[0]
      const directory_type = PROTOCOL_WORDS.find(([, ours]) => ours === protocol)?.[0]
      if (directory_provider === undefined) {
        throw new InvalidInputError(
          'Scalekit knows no such identity provider.',
          'identityProvider',
          'scalekit',
        )
      }
      if (directory_type === undefined) {
        throw new InvalidInputError('Scalekit knows no such protocol.', 'protocol', 'scalekit')
      }
      const path = urlPath`${organizationPath(organization)}/directories`
      const { body } = await client.send(
        {
          method: 'post',
          ...path,
          json: { directory_type, directory_provider },
          drops: [`directories of ${upstreamIdOf(organization)}`],
        },
        call,
      )
      return toDirectory(parseAnswer('scalekit', directoryAnswer, body).directory)
    },

    /** The verb really is GET, though it changes something: so it is sent once, as a write. */
    async syncDirectory(directory, call) {
      await client.send(
        {
          method: 'get',
          isWrite: true,
          ...urlPath`${directoryPath(directory)}:sync`,
          ignoreBody: true,
          drops: dropsOf(directory),
        },
        call,
      )
    },

    /** An enabled directory is refused; `force` switches it off first, which costs a second call. */
    async deleteDirectory(directory, force, call) {
      if (force) await switchDirectory(directory, false, call)
      const path = directoryPath(directory)
      const { status, body } = await client.send(
        { method: 'delete', ...path, ignoreBody: true, answers: [400, 409, 412], drops: dropsOf(directory) },
        call,
      )
      if (status < 400) return 'DELETED'
      // Scalekit has no code for it, only the words that its own tests look for.
      if (!/directory is enabled/i.test(JSON.stringify(body))) {
        throw new InvalidInputError('Scalekit does not accept this directory.', 'directoryId', 'scalekit')
      }
      throw new ConflictError(
        `The directory ${upstreamIdOf(directory)} is enabled, and Scalekit deletes disabled ones only. Disable it, or give \`force: true\`.`,
        'scalekit',
      )
    },

    async createDirectorySecret(directory, call) {
      const path = urlPath`${directoryPath(directory)}/secrets`
      const drops = [upstreamIdOf(directory)]
      const { body } = await client.send({ method: 'post', ...path, drops }, call)
      const { plain_secret, secret } = parseAnswer('scalekit', secretAnswer, body)
      return { plainSecret: plain_secret, secret: toDirectorySecret(secret) }
    },
  }
}

/** A directory's record, wherever it stands, and everybody in it. */
function dropsOf(directory: EntityKey): string[] {
  return [upstreamIdOf(directory), `within ${upstreamIdOf(directory)}`]
}
