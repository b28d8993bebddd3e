import { TableLayout } from 'react-aria-components'

/** A table that opens at its end, and stays with the rows in view when rows come above them. */
export class EndAnchoredLayout<T> extends TableLayout<T> {
  /** The virtualizer asks every layout that has it, though none of the library's own does yet. */
  UNSTABLE_getScrollAnchorInfo() {
    const isAnchorable = ({ type }: { readonly type: string }) => type === 'row'
    return { edge: 'end', axis: 'y', threshold: 1, isAnchorable }
  }
}
