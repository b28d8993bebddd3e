import { useSessionState } from './session.ts'
import { SignIn } from './sign-in.tsx'

/** Asks for a new token where the one before has ended; nothing otherwise. */
export function TokenNotice() {
  return useSessionState() === 'expired' ? <SignIn reason="expired" /> : null
}
