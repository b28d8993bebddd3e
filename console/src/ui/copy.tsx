import { useRef, useState } from 'react'
import { Button } from 'react-aria-components'

/** A text that is there to be copied. */
export function Copy({ text, label }: { readonly text: string; readonly label: string }) {
  const [isCopied, setIsCopied] = useState(false)
  const [isRefused, setIsRefused] = useState(false)
  const place = useRef<HTMLElement>(null)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setIsRefused(false)
      setIsCopied(true)
      setTimeout(() => setIsCopied(false), 2_000)
    } catch {
      // A frame without `clipboard-write`, or a page without https, has no clipboard.
      if (place.current) getSelection()?.selectAllChildren(place.current)
      setIsRefused(true)
    }
  }
  return (
    <span className="copy">
      <code ref={place}>{text}</code>
      <Button className="button small" onPress={copy} aria-label={`${isCopied ? 'Copied' : 'Copy'} ${label}`}>
        {isCopied ? 'Copied' : 'Copy'}
      </Button>
      <span role="status" className="bad">
        {isRefused ? 'The browser does not let it be copied: it is selected now, copy it by hand.' : ''}
      </span>
    </span>
  )
}
