import type { SandboxData, SandboxQuirks } from './sandbox-data.ts'
import { findKnownIds } from './seed-known-ids.ts'
import { addScale, type Scale } from './seed-scale.ts'
import { seedScalekit } from './seed-scalekit.ts'
import { seedWorkos } from './seed-workos.ts'

type Seed = Pick<SandboxData, 'workos' | 'scalekit' | 'known'>

let seeded: Seed | undefined

function seed(): Seed {
  const workos = seedWorkos()
  const scalekit = seedScalekit()
  return { workos, scalekit, known: findKnownIds(workos, scalekit) }
}

/** A copy of the seeded world of one's own: the same for every call, and nobody else's. */
export function createSandboxData(quirks: SandboxQuirks, scale: Scale = {}): SandboxData {
  seeded ??= seed()
  const data: SandboxData = { ...structuredClone(seeded), quirks }
  addScale(data, scale)
  return data
}
