import { type Child, type ChildOptions, startChild } from '../harness/child.ts'
import type { Upstream } from '../upstream/sandbox-child.ts'

/**
 * Who answers:
 * - `dirgraph-cold` is a new dirgraph for each request; `dirgraph-uncached` one that keeps no answers;
 *   `dirgraph` one as in production but for its limits, and `dirgraph-limited` with these as well
 * - `naive` and `memory` are plain GraphQL servers, `optimal` is a REST client written by hand
 */
export type ContenderName =
  | 'dirgraph-cold'
  | 'dirgraph-uncached'
  | 'dirgraph'
  | 'dirgraph-limited'
  | 'naive'
  | 'memory'
  | 'optimal'

export interface ContenderSettings {
  readonly name: ContenderName
  readonly upstream: Upstream
}

export interface ContenderHello {
  /** Where it takes operations. */
  readonly url: string
}

export interface ContenderQuestions {
  /** The most memory the process has held since it began. */
  peakBytes(): number
  /** The processor time that it has taken since it began. */
  cpuMs(): number
}

export type Contender = Child<ContenderHello, ContenderQuestions>

const AS_IN_THE_IMAGE: ChildOptions = {
  nodeOptions: ['--min-semi-space-size=16', '--max-semi-space-size=16', '--no-concurrent-recompilation'],
  environment: { MALLOC_ARENA_MAX: '1' },
}

/** A contender behind HTTP on loopback, in a process of its own. */
export function startContender(name: ContenderName, upstream: Upstream): Promise<Contender> {
  const settings: ContenderSettings = { name, upstream }
  return startChild(
    new URL('./serve-contender.ts', import.meta.url),
    settings,
    name.startsWith('dirgraph') ? AS_IN_THE_IMAGE : {},
  )
}
