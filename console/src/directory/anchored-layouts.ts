import { TableLayout } from 'react-aria-components'

type Context<T> = Parameters<TableLayout<T>['update']>[0]

/** A table that stays with the rows in view when rows come above them or go. */
export class AnchoredLayout<T> extends TableLayout<T> {
  protected readonly edge: 'start' | 'end' = 'start'

  /** The virtualizer asks every layout that has it, though none of the library's own does yet. */
  UNSTABLE_getScrollAnchorInfo() {
    // Whoever is at the very start sees what comes there.
    const isFree = this.edge === 'start' && (this.virtualizer?.visibleRect.y ?? 0) <= 0
    const isAnchorable = ({ type }: { readonly type: string }) => type === 'row' && !isFree
    return { edge: this.edge, axis: 'y', threshold: 1, isAnchorable }
  }

  /** Where rows were before others came is no place to stay at. */
  protected override shouldInvalidateEverything(context: Context<T>): boolean {
    const isChanged = this.virtualizer?.collection !== this.lastCollection
    return isChanged || super.shouldInvalidateEverything(context)
  }
}

/** The same, which opens at its end. */
export class EndAnchoredLayout<T> extends AnchoredLayout<T> {
  protected override readonly edge = 'end'
}
