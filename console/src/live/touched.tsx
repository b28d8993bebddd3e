import { useTouched } from './live.tsx'

/** Marks the row that it stands in where a change has just touched what the row shows. */
export function Touched({ id }: { readonly id: string }) {
  return useTouched().has(id) ? <span className="touched-sign">changed</span> : null
}
