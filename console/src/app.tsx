import { lazy, Suspense, useEffect, useLayoutEffect, useMemo, useState } from 'react'
import { RouterProvider } from 'react-aria-components'
import { RelayEnvironmentProvider } from 'react-relay'
import { Route, Switch, useLocation, useSearch, Router as WouterRouter } from 'wouter'
import { beginScreen, forgetCosts } from './cost/costs.ts'
import { LiveProvider } from './live/live.tsx'
import { StaleNotice } from './live/stale-notice.tsx'
import { OrganizationScreen } from './organization/organization-screen.tsx'
import { OrganizationsScreen } from './organizations/organizations-screen.tsx'
import { createEnvironment, forgetAnswers } from './relay/environment.ts'
import { forgetStale } from './relay/staleness.ts'
import type { LiveState } from './relay/subscribe.ts'
import { isSameCaller } from './session/same-caller.ts'
import { session, useSessionState } from './session/session.ts'
import { SignIn } from './session/sign-in.tsx'
import { Announcer, announce } from './ui/announcer.tsx'
import { Failed } from './ui/failed.tsx'
import { FailureBoundary } from './ui/failure-boundary.tsx'
import { Loading } from './ui/loading.tsx'
import { leavePlace } from './ui/screen-heading.tsx'
import { Shell } from './ui/shell.tsx'

const BASE = '/console'

/** The heaviest, which those who only look at the list need not wait for. */
const DirectoryScreen = lazy(async () => ({
  default: (await import('./directory/directory-screen.tsx')).DirectoryScreen,
}))

/** The whole of it: places, the session, and what is known of the data. */
export function App() {
  return (
    <WouterRouter base={BASE}>
      <Places />
    </WouterRouter>
  )
}

/** Links of the components are places of this application. */
function Places() {
  const [, navigate] = useLocation()
  return (
    <RouterProvider navigate={navigate} useHref={href => (href.startsWith('/') ? `${BASE}${href}` : href)}>
      <SignedIn />
      <Announcer />
    </RouterProvider>
  )
}

/** An expired token leaves what is on the screen; what is asked from then on waits for a new one. */
function SignedIn() {
  const state = useSessionState()
  const [live, setLive] = useState<LiveState>('connecting')
  const [round, setRound] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever signs in anew starts with nothing known.
  const environment = useMemo(() => createEnvironment(setLive), [round])
  useEffect(() => {
    let last = session.token
    return session.subscribe(() => {
      const { state, token } = session
      const isAnother = token !== null && (last === null || !isSameCaller(last, token))
      if (state === 'expired') announce('Your token has ended. Paste a new one to go on.')
      if (token === null || (state === 'signed-in' && isAnother)) {
        forgetAnswers()
        forgetCosts()
        setLive('connecting')
        setRound(count => count + 1)
      }
      last = token
    })
  }, [])
  if (state === 'signed-out' || state === 'left') {
    return (
      <main>
        <SignIn reason={state === 'left' ? 'left' : 'first'} key={state} />
      </main>
    )
  }
  return (
    <RelayEnvironmentProvider environment={environment}>
      <LiveProvider state={live} key={round}>
        <Shell>
          <StaleNotice />
          <Screens />
        </Shell>
      </LiveProvider>
    </RelayEnvironmentProvider>
  )
}

function Screens() {
  const [location] = useLocation()
  const search = useSearch()
  const place = placeOf(location, search)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the costs are those of the place.
  useEffect(beginScreen, [place])
  // biome-ignore lint/correctness/useExhaustiveDependencies: how old answers are is of the place.
  useEffect(forgetStale, [location])
  // biome-ignore lint/correctness/useExhaustiveDependencies: before the heading of the next screen is there.
  useLayoutEffect(leavePlace, [location])
  return (
    <FailureBoundary isScreen key={location}>
      <Suspense fallback={<Loading what="the screen" />}>
        <Switch>
          <Route path="/">{() => <OrganizationsScreen />}</Route>
          <Route path="/organizations/:id">
            {({ id }) => <OrganizationScreen id={decodeURIComponent(id)} />}
          </Route>
          <Route path="/directories/:id">{({ id }) => <DirectoryScreen id={decodeURIComponent(id)} />}</Route>
          <Route>
            <Failed isScreen title="There is no such page" message="The address may be misspelt." href="/" />
          </Route>
        </Switch>
      </Suspense>
    </FailureBoundary>
  )
}

/** A place by its whole address; what is open at its side belongs to it. */
function placeOf(location: string, search: string): string {
  const params = new URLSearchParams(search)
  for (const panel of ['user', 'group']) params.delete(panel)
  return `${location}?${params}`
}
