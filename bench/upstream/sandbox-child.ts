import type { SandboxSettings } from '../../src/sandbox/sandbox.ts'
import { type Child, startChild } from '../harness/child.ts'
import type { CallSummary } from './call-log.ts'

/** Where both providers are and how to get in. */
export interface Upstream {
  readonly workos: { readonly apiKey: string; readonly apiUrl: string }
  readonly scalekit: {
    readonly environmentUrl: string
    readonly clientId: string
    readonly clientSecret: string
  }
}

/** A directory and who is in it, in the order in which its provider lists them. */
export interface KnownDirectory {
  readonly provider: 'workos' | 'scalekit'
  readonly globalId: string
  readonly firstEmails: readonly string[]
}

export interface SandboxHello {
  readonly upstream: Upstream
  /** The one of the setting `scale.users`, on each side. */
  readonly large: readonly KnownDirectory[]
  /** Those of the setting `scale.organizations`, on both sides. */
  readonly extra: readonly KnownDirectory[]
}

export interface SandboxQuestions {
  clearCalls(): null
  callSummary(): CallSummary
}

export type SandboxChild = Child<SandboxHello, SandboxQuestions>

/** Both providers in a process of their own. */
export function startSandboxChild(settings: SandboxSettings): Promise<SandboxChild> {
  return startChild(new URL('./serve-sandbox.ts', import.meta.url), settings)
}
