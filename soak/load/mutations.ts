import type { SpareDirectory } from '../sandbox/sandbox-messages.ts'
import { directoryIdOf, toGlobalId } from './global-id.ts'

/** A mutation that is sent once in the whole run, and the one write that it makes at the provider. */
export interface Mutation {
  readonly name: string
  readonly input: Readonly<Record<string, unknown>>
  /** By method, path and body, as the sandbox counts writes. */
  readonly write: string
  readonly directory: SpareDirectory
  /** How the directory is after it; null where it is as before. */
  readonly enabledAfter: boolean | null
}

type Step = (directory: SpareDirectory) => Mutation

const scalekitPath = ({ organizationId, directoryId }: SpareDirectory) =>
  `/api/v1/organizations/${organizationId}/directories/${directoryId}`

const linkAtWorkos: Step = directory => ({
  name: 'createPortalLink',
  input: { organizationId: toGlobalId('Organization', 'workos', directory.organizationId) },
  write: `POST /portal/generate_link ${JSON.stringify({ organization: directory.organizationId, intent: 'dsync' })}`,
  directory,
  enabledAfter: null,
})

const linkAtScalekit: Step = directory => ({
  name: 'createPortalLink',
  input: { organizationId: toGlobalId('Organization', 'scalekit', directory.organizationId) },
  write: `PUT /api/v1/organizations/${directory.organizationId}/portal_links`,
  directory,
  enabledAfter: null,
})

const onDirectory =
  (name: string, toWrite: (directory: SpareDirectory) => string, enabledAfter: boolean | null = null): Step =>
  directory => ({
    name,
    input: { directoryId: directoryIdOf(directory) },
    write: toWrite(directory),
    directory,
    enabledAfter,
  })

const deleteAtWorkos = onDirectory(
  'deleteDirectory',
  ({ directoryId }) => `DELETE /directories/${directoryId}`,
)
const deleteAtScalekit = onDirectory('deleteDirectory', one => `DELETE ${scalekitPath(one)}`)
const secret = onDirectory('createDirectorySecret', one => `POST ${scalekitPath(one)}/secrets`)
const sync = onDirectory('syncDirectory', one => `GET ${scalekitPath(one)}:sync`)
const disable = onDirectory('disableDirectory', one => `PATCH ${scalekitPath(one)}:disable`, false)
const enable = onDirectory('enableDirectory', one => `PATCH ${scalekitPath(one)}:enable`, true)

const CHAINS: Readonly<Record<SpareDirectory['provider'], readonly (readonly Step[])[]>> = {
  workos: [[linkAtWorkos, deleteAtWorkos]],
  scalekit: [
    [linkAtScalekit, secret, disable, enable],
    [linkAtScalekit, sync, disable, deleteAtScalekit],
  ],
}

/** All mutations of a run, in their order; no two make the same write. */
export function* mutationsOf(spare: readonly SpareDirectory[]): Generator<Mutation> {
  const byProvider = Object.groupBy(spare, ({ provider }) => provider)
  const { workos = [], scalekit = [] } = byProvider
  for (const [index, directory] of scalekit.entries()) {
    for (const one of [directory, workos[index]]) {
      if (one === undefined) continue
      const chains = CHAINS[one.provider]
      for (const step of chains[index % chains.length] ?? []) yield step(one)
    }
  }
}
