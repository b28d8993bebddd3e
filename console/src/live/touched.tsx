import { useTouched } from './live.tsx'

/** Marks the row that it stands in where a change has just touched what the row shows. */
export function Touched({ id }: { readonly id: string }) {
  return useTouched().has(id) ? <TouchedSign /> : null
}

/** Says it in a word, where a colour alone would not do. */
export function TouchedSign() {
  return <span className="touched-sign">changed</span>
}
