import { type ReactNode, useEffect, useRef } from 'react'
import { Heading } from 'react-aria-components'

/** What had the focus when the place changed: it may stand in the bar and be there still. */
let left: Element | null = null
/** Whoever opens the page begins where the browser lets them. */
let isFirst = true

/** Notes that another screen is coming: its heading takes the focus when it is there. */
export function leavePlace(): void {
  left = document.activeElement
  scrollTo(0, 0)
}

/**
 * The heading of a screen. It takes a focus that the screen before has left behind, so that those who hear the page hear
 * where they are; who has gone somewhere else meanwhile stays there, and so does who is in a page around this one.
 */
export function ScreenHeading({ children }: { readonly children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const { activeElement } = document
    const isLost = activeElement === document.body || activeElement === left
    if (!isFirst && isLost && document.hasFocus()) heading.current?.focus({ preventScroll: true })
    isFirst = false
  }, [])
  return (
    <Heading level={1} ref={heading} tabIndex={-1}>
      {children}
    </Heading>
  )
}
