import { Button } from 'react-aria-components'
import { useStandIns } from '../relay/staleness.ts'
import { Time } from '../ui/time.tsx'
import { words } from '../ui/words.ts'
import { useHeal } from './live.tsx'

/** Says where a provider does not answer that what is shown is what it answered before, and how old that is. */
export function StaleNotice() {
  const standIns = useStandIns()
  const heal = useHeal()
  const readAgain = () => {
    // The button may be gone with what it says.
    document.getElementById('main')?.focus()
    heal()
  }
  return (
    <div role="status">
      {standIns.length > 0 && (
        <div className="stale">
          {standIns.map(({ provider, asOf }) => (
            <p key={provider}>
              As of <Time value={asOf} />: {words(provider)} does not answer.
            </p>
          ))}
          <Button className="button small" onPress={readAgain}>
            Read again
          </Button>
        </div>
      )}
    </div>
  )
}
