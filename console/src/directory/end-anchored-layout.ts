import { TableLayout } from 'react-aria-components'

type Context<T> = Parameters<TableLayout<T>['update']>[0]

/** A table that opens at its end, and stays with the rows in view when rows come above them. */
export class EndAnchoredLayout<T> extends TableLayout<T> {
  /** The virtualizer asks every layout that has it, though none of the library's own does yet. */
  UNSTABLE_getScrollAnchorInfo() {
    const isAnchorable = ({ type }: { readonly type: string }) => type === 'row'
    return { edge: 'end', axis: 'y', threshold: 1, isAnchorable }
  }

  /** Where rows were before others came is no place to stay at. */
  protected override shouldInvalidateEverything(context: Context<T>): boolean {
    const isChanged = this.virtualizer?.collection !== this.lastCollection
    return isChanged || super.shouldInvalidateEverything(context)
  }
}
