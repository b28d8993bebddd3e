import { describe } from 'vitest'
import type { DirectoryProvider } from '../../src/domain/directory-provider.ts'
import type { ProviderName } from '../../src/domain/entity-key.ts'
import type { Sandbox, SandboxSettings } from '../../src/sandbox/sandbox.ts'
import { describeFinds } from './finds.ts'
import { describeLists } from './lists.ts'
import { describeOverallLists } from './overall-lists.ts'
import { describeStatuses } from './statuses.ts'
import { describeWalks } from './walks.ts'
import { describeWrites } from './writes.ts'

/** What a directory provider has to bring to be held to the port. */
export interface ContractDriver {
  /** Whose objects it has, in the order in which it lists them. */
  readonly names: readonly ProviderName[]
  /** Whether the end of a list of all organizations or directories can be asked for without a cursor. */
  readonly knowsLast: boolean
  create(settings?: SandboxSettings): Promise<ContractGround>
}

export interface ContractGround {
  readonly provider: DirectoryProvider
  readonly sandbox: Sandbox
  /** The same provider with credentials that are refused. */
  createRefused(): DirectoryProvider
  stop(): Promise<void>
}

/** Everything the port promises, for whoever implements it. */
export function describeDirectoryProvider(title: string, driver: ContractDriver): void {
  describe(`${title} as a directory provider`, () => {
    describeOverallLists(driver)
    describeLists(driver)
    describeFinds(driver)
    describeStatuses(driver)
    describeWrites(driver)
    describeWalks(driver)
  })
}
