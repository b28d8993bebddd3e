import { useRef } from 'react'
import { Button } from 'react-aria-components'
import { type StandIn, useStandIns } from '../relay/staleness.ts'
import { useFocusPassedOn } from '../ui/keep-focus.ts'
import { Time } from '../ui/time.tsx'
import { words } from '../ui/words.ts'
import { useHeal } from './live.tsx'

/** Says where a provider does not answer that what is shown is what it answered before, and how old that is. */
export function StaleNotice() {
  const standIns = useStandIns()
  return <div role="status">{standIns.length > 0 && <Notice standIns={standIns} />}</div>
}

/** It goes when it is read again, whoever has asked for that. */
function Notice({ standIns }: { readonly standIns: readonly StandIn[] }) {
  const heal = useHeal()
  const place = useRef<HTMLDivElement>(null)
  useFocusPassedOn(place)
  return (
    <div className="stale" ref={place}>
      {standIns.map(({ provider, asOf }) => (
        <p key={provider}>
          As of <Time value={asOf} />: {words(provider)} does not answer.
        </p>
      ))}
      <Button className="button small" onPress={heal}>
        Read again
      </Button>
    </div>
  )
}
