import type { DirectoryProvider } from '../domain/directory-provider.ts'
import { type ProviderName, providerOf } from '../domain/entity-key.ts'
import { PROVIDER_TITLES } from '../domain/provider-error.ts'
import { ExportError } from './export-error.ts'
import type { PlannedDirectory } from './journal.ts'
import type { Ask } from './patient-calls.ts'
import { isDirectory } from './selection.ts'

/** Some may have been deleted meanwhile; of those that are tried first, one is enough. */
const MAX_TRIED = 5

/**
 * Refuses to go on where a provider's credentials have changed and are of another environment: the rows of both would
 * stand in one file. Neither provider gives an id of a directory twice, so whoever finds one that was found before is in
 * the same environment, as after a key was replaced. Where none was found there is nothing to mix. Cost: for each of
 * those providers a call, five at most. Throws `ExportError`, and `ProviderError` where it can't be told.
 */
export async function refuseOtherEnvironments(
  changed: readonly ProviderName[],
  directories: readonly PlannedDirectory[],
  provider: DirectoryProvider,
  ask: Ask,
): Promise<void> {
  for (const name of changed) {
    const known = directories.filter(({ key, state }) => providerOf(key) === name && state !== 'gone')
    if (known.length > 0 && !(await isAnyThere(known.slice(0, MAX_TRIED), provider, ask))) {
      throw new ExportError(
        `The credentials of ${PROVIDER_TITLES[name]} are not those that this export was begun with, and find none of its directories: set those of the same environment, or delete what there is to begin anew.`,
      )
    }
  }
}

async function isAnyThere(directories: readonly PlannedDirectory[], provider: DirectoryProvider, ask: Ask) {
  for (const { key } of directories) if (await isDirectory(key, provider, ask)) return true
  return false
}
