import type { CallSummary } from './call-tally.ts'
import type { DirectoryState } from './directory-state.ts'
import type { ToldEvent } from './told-events.ts'

/** How the sandbox's process is set up. */
export interface SandboxProcessSettings {
  readonly organizations: number
  /** What webhooks of both providers are signed with. */
  readonly secret: string
}

/** A directory beyond those that change by themselves, for mutations. */
export interface SpareDirectory {
  readonly provider: 'workos' | 'scalekit'
  readonly organizationId: string
  readonly directoryId: string
}

/** What the sandbox's process says when it is ready. */
export interface SandboxHello {
  readonly workos: { readonly url: string; readonly apiKey: string }
  readonly scalekit: {
    readonly environmentUrl: string
    readonly clientId: string
    readonly clientSecret: string
  }
  /** Those that change by themselves, as they are at first. */
  readonly states: readonly DirectoryState[]
  readonly spare: readonly SpareDirectory[]
}

/** What it says by itself: how a directory is after a change, with the events that tell of it; and each event told. */
export type SandboxNews =
  | { readonly state: DirectoryState; readonly eventIds: readonly string[] }
  | { readonly told: ToldEvent }

/** What became of the deliveries to the replicas. */
export interface DeliverySummary {
  readonly delivered: number
  readonly failed: number
  readonly lost: number
  readonly waiting: number
}

/** What it can be asked, each with what it is given and what it answers. */
export interface SandboxQuestions {
  /** Delivers webhooks below that address from now on. */
  deliverTo(url: string): null
  /** Lets it change every so many milliseconds; null is not any more. */
  changeEvery(intervalMs: number | null): null
  /** Answers every request with that status; null is as ever. */
  answerWith(status: number | null): null
  /** Waits until nothing is left to deliver. */
  settle(withinMs: number): Promise<DeliverySummary>
  calls(nothing: null): CallSummary
}

export type SandboxMessage =
  | { readonly hello: SandboxHello }
  | { readonly news: SandboxNews }
  | { readonly id: number; readonly answer: unknown }

export interface SandboxQuestion {
  readonly id: number
  readonly name: keyof SandboxQuestions
  readonly given: unknown
}
