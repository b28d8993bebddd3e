import { useRef } from 'react'
import { Button } from 'react-aria-components'
import { useFocusPassedOn } from './keep-focus.ts'

interface MoreButtonProps {
  readonly children: string
  /** What it says while more is on its way. */
  readonly pending: string
  readonly isPending: boolean
  readonly onPress: () => void
}

/** Asks for what follows in a list. With the end of the list it goes, and whoever was on it goes on at the heading. */
export function MoreButton({ children, pending, isPending, onPress }: MoreButtonProps) {
  const place = useRef<HTMLSpanElement>(null)
  useFocusPassedOn(place)
  return (
    <span ref={place}>
      <Button className="button small" isPending={isPending} onPress={onPress}>
        {isPending ? pending : children}
      </Button>
    </span>
  )
}
