import { useEffect, useState } from 'react'
import { FieldError, Input, Label, SearchField, Text } from 'react-aria-components'

interface EmailSearchProps {
  readonly email: string | null
  readonly onFind: (email: string | null) => void
}

/** Finds whoever has exactly that address, which is all that can be asked for. */
export function EmailSearch({ email, onFind }: EmailSearchProps) {
  const [text, setText] = useState(email ?? '')
  const [isWrong, setIsWrong] = useState(false)
  // The address in the bar may change by itself, as on the way back.
  useEffect(() => setText(email ?? ''), [email])
  const find = (typed: string) => {
    const wanted = typed.trim()
    const isAddress = wanted === '' || /^\S+@\S+$/.test(wanted)
    setIsWrong(!isAddress)
    if (isAddress && wanted !== (email ?? '')) onFind(wanted === '' ? null : wanted)
  }
  return (
    <SearchField
      className="search"
      value={text}
      isInvalid={isWrong}
      onSubmit={find}
      onClear={() => find('')}
      onBlur={() => find(text)}
      onChange={typed => {
        setText(typed)
        setIsWrong(false)
      }}
    >
      <Label>Find by e-mail</Label>
      <Input />
      {!isWrong && (
        <Text slot="description" className="field-hint">
          The whole address, then Enter.
        </Text>
      )}
      <FieldError className="field-error">Give the whole address, such as name@company.example.</FieldError>
    </SearchField>
  )
}
