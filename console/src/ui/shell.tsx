import type { ReactNode } from 'react'
import { Button, Link } from 'react-aria-components'
import { CostPanel } from '../cost/cost-panel.tsx'
import { LiveSign } from '../live/live.tsx'
import { session, useSessionState } from '../session/session.ts'
import { TokenNotice } from '../session/token-notice.tsx'

/** What stands around every screen. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const state = useSessionState()
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="bar">
        <Link className="home" href="/">
          <img src="/console/icon.svg" alt="" width="24" height="24" /> dirgraph
        </Link>
        <LiveSign />
        <CostPanel />
        {(state === 'signed-in' || state === 'expired') && (
          <Button className="button small" onPress={() => session.signOut()}>
            Sign out
          </Button>
        )}
      </header>
      <main id="main" tabIndex={-1}>
        <TokenNotice />
        {children}
      </main>
    </>
  )
}
