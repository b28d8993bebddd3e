import { useState } from 'react'
import { FieldError, Input, Label, SearchField } from 'react-aria-components'

interface EmailSearchProps {
  readonly email: string | null
  readonly onFind: (email: string | null) => void
}

/** Finds whoever has exactly that address, which is all that can be asked for. */
export function EmailSearch({ email, onFind }: EmailSearchProps) {
  const [isWrong, setIsWrong] = useState(false)
  const find = (text: string) => {
    const wanted = text.trim()
    const isAddress = wanted === '' || /^\S+@\S+$/.test(wanted)
    setIsWrong(!isAddress)
    if (isAddress) onFind(wanted === '' ? null : wanted)
  }
  return (
    <SearchField
      key={email}
      className="search"
      defaultValue={email ?? ''}
      isInvalid={isWrong}
      onSubmit={find}
      onClear={() => find('')}
      onChange={() => setIsWrong(false)}
    >
      <Label>Find by e-mail</Label>
      <Input placeholder="Whole address, then Enter" />
      <FieldError className="field-error">Give the whole address, such as name@company.example.</FieldError>
    </SearchField>
  )
}
