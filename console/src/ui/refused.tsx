import type { Refusal } from '../relay/use-change.ts'
import { Failed } from './failed.tsx'

/** Why a change was not made, beside what asked for it. */
export function Refused({ refusal }: { readonly refusal: Refusal | null }) {
  return refusal && <Failed title={refusal.title} message={refusal.message} />
}
