import {
  Button,
  FieldError,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
} from 'react-aria-components'
import { words } from './words.ts'
import './choice.css'

interface ChoiceProps<Value extends string> {
  readonly label: string
  readonly values: readonly Value[]
  readonly value: Value
  readonly onChange: (value: Value) => void
  /** Why the server did not take the value. */
  readonly refusal?: string | null
}

/** One of a few enum values, in words. */
export function Choice<Value extends string>({
  label,
  values,
  value,
  onChange,
  refusal = null,
}: ChoiceProps<Value>) {
  return (
    <Select
      className="choice"
      value={value}
      onChange={key => {
        const chosen = values.find(one => one === key)
        if (chosen !== undefined) onChange(chosen)
      }}
      isInvalid={refusal !== null}
    >
      <Label>{label}</Label>
      <Button className="button">
        <SelectValue /> <span aria-hidden="true">▾</span>
      </Button>
      <FieldError className="field-error">{refusal}</FieldError>
      <Popover className="popover">
        <ListBox className="options">
          {values.map(one => (
            <ListBoxItem key={one} id={one} className="option">
              {words(one)}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  )
}
