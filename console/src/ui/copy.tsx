import { useState } from 'react'
import { Button } from 'react-aria-components'

/** A text that is there to be copied. */
export function Copy({ text, label }: { readonly text: string; readonly label: string }) {
  const [isCopied, setIsCopied] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setIsCopied(true)
      setTimeout(() => setIsCopied(false), 2_000)
    } catch {
      // Where the clipboard is closed to us the text can still be selected.
    }
  }
  return (
    <span className="copy">
      <code>{text}</code>
      <Button className="button small" onPress={copy} aria-label={`${isCopied ? 'Copied' : 'Copy'} ${label}`}>
        {isCopied ? 'Copied' : 'Copy'}
      </Button>
    </span>
  )
}
