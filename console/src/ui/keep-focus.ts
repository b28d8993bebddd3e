import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react'

/** Gives the focus to a heading of what is around an element, or to the screen's. */
function focusHeading(within: Element | null): void {
  const part = within?.closest('section, dialog, [role=dialog], [role=tabpanel]')
  const headings = [...(part?.querySelectorAll('h2, h3') ?? []), ...document.querySelectorAll('main h1')]
  const heading = headings.find(
    (one): one is HTMLElement => one instanceof HTMLElement && one.isConnected && !within?.contains(one),
  )
  if (heading === undefined) return
  heading.tabIndex = -1
  heading.focus()
}

/** Whoever is in something that goes away, as after its button was pressed, goes on at the heading of what is around. */
export function useFocusPassedOn(place: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = place.current
    return () => {
      if (element?.contains(document.activeElement)) focusHeading(element)
    }
  }, [place])
}

/** Whoever is in something that goes away is back where they came from when they went into it. */
export function useFocusGivenBack(place: RefObject<HTMLElement | null>): void {
  const origin = useRef<Element | null>(null)
  useLayoutEffect(() => {
    const element = place.current
    const note = ({ relatedTarget }: FocusEvent) => {
      if (relatedTarget instanceof Element && !element?.contains(relatedTarget))
        origin.current = relatedTarget
    }
    element?.addEventListener('focusin', note)
    return () => {
      element?.removeEventListener('focusin', note)
      if (!element?.contains(document.activeElement)) return
      if (origin.current instanceof HTMLElement && origin.current.isConnected) origin.current.focus()
      else focusHeading(element)
    }
  }, [place])
}

/** When a dialog closes whose opener is not there, as where its address was opened, the focus goes to the screen's heading. */
export function useFocusAfterDialog(): void {
  useEffect(
    () => () => {
      // The dialog gives it back a frame after it is gone.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => document.activeElement === document.body && focusHeading(null)),
      )
    },
    [],
  )
}
