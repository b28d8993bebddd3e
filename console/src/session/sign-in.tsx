import { useRef, useState } from 'react'
import { Button, FieldError, Form, Heading, Input, Label, TextField } from 'react-aria-components'
import { useFocusGivenBack } from '../ui/keep-focus.ts'
import { ScreenHeading } from '../ui/screen-heading.tsx'
import { isHeld } from './embedding.ts'
import { session } from './session.ts'

const WORDS = {
  first: {
    title: 'Sign in',
    text: 'Paste a token of yours. It stays in this tab’s memory and is gone with it.',
  },
  left: {
    title: 'You have signed out',
    text: 'What was read is forgotten. To sign in again, paste a token of yours.',
  },
  expired: {
    title: 'Your token has ended',
    text: 'What you see stays. To go on, paste a new one.',
  },
} as const

/** Takes a token by hand; a page that holds this one in a frame can hand one over instead. */
export function SignIn({ reason }: { readonly reason: keyof typeof WORDS }) {
  const [token, setToken] = useState('')
  const [refusal, setRefusal] = useState<string | null>(null)
  const [isChecking, setIsChecking] = useState(false)
  const place = useRef<HTMLElement>(null)
  useFocusGivenBack(place)
  const { title, text } = WORDS[reason]
  const signIn = async () => {
    if (isChecking) return
    setIsChecking(true)
    const message = await session.signIn(token.trim())
    setIsChecking(false)
    setRefusal(message)
  }
  return (
    <section className={`sign-in ${reason}`} aria-label={title} ref={place}>
      {reason === 'expired' ? (
        <Heading level={2}>{title}</Heading>
      ) : (
        <>
          <title>{`${title} · dirgraph`}</title>
          <ScreenHeading>{title}</ScreenHeading>
        </>
      )}
      <p role={reason === 'expired' ? 'status' : undefined}>{text}</p>
      {reason === 'left' && isHeld && (
        <p>
          <Button className="button" onPress={() => session.comeBack()}>
            Ask the page around this one for a token
          </Button>
        </p>
      )}
      <Form
        validationErrors={refusal === null ? {} : { token: refusal }}
        onSubmit={event => {
          event.preventDefault()
          signIn()
        }}
      >
        <TextField
          name="token"
          value={token}
          onChange={value => {
            setToken(value)
            setRefusal(null)
          }}
          type="password"
          autoComplete="off"
          isRequired
        >
          <Label>Token</Label>
          <Input />
          <FieldError className="field-error" />
        </TextField>
        <Button className="button primary" type="submit">
          {isChecking ? 'Signing in …' : 'Sign in'}
        </Button>
      </Form>
    </section>
  )
}
