import { ListLayout, TableLayout } from 'react-aria-components'

type Context<T> = Parameters<ListLayout<T>['update']>[0]
type Holder<T> = ListLayout<T>['virtualizer']

/** The virtualizer asks every layout for it that has it, though none of the library's own does yet. */
function anchorOf<T>(holder: Holder<T>, rowType: 'row' | 'item', edge: 'start' | 'end') {
  // Whoever is at the very start sees what comes there.
  const isFree = edge === 'start' && (holder?.visibleRect.y ?? 0) <= 0
  const isAnchorable = ({ type }: { readonly type: string }) => type === rowType && !isFree
  return { edge, axis: 'y', threshold: 1, isAnchorable }
}

/** A list that stays with the rows in view when rows come above them or go. */
export class AnchoredListLayout<T> extends ListLayout<T> {
  UNSTABLE_getScrollAnchorInfo() {
    return anchorOf(this.virtualizer, 'item', 'start')
  }

  /** Where rows were before others came is no place to stay at. */
  protected override shouldInvalidateEverything(context: Context<T>): boolean {
    const isChanged = this.virtualizer?.collection !== this.lastCollection
    return isChanged || super.shouldInvalidateEverything(context)
  }
}

/** A table that does the same. */
export class AnchoredLayout<T> extends TableLayout<T> {
  protected readonly edge: 'start' | 'end' = 'start'

  UNSTABLE_getScrollAnchorInfo() {
    return anchorOf(this.virtualizer, 'row', this.edge)
  }

  protected override shouldInvalidateEverything(context: Context<T>): boolean {
    const isChanged = this.virtualizer?.collection !== this.lastCollection
    return isChanged || super.shouldInvalidateEverything(context)
  }
}

/** The same, which opens at its end. */
export class EndAnchoredLayout<T> extends AnchoredLayout<T> {
  protected override readonly edge = 'end'
}
