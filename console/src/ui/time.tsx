import { useEffect, useState } from 'react'
import { Button, Tooltip, TooltipTrigger } from 'react-aria-components'
import { serverNowMs } from './clock.ts'

const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' })
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })
const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** A time as how long ago it was, in the reader's language; the exact one, in the reader's zone, on hover and focus. */
export function Time({ value, none = 'never' }: { readonly value: string | null; readonly none?: string }) {
  const nowMs = useNow(30_000)
  if (value === null) return <span className="muted">{none}</span>
  const date = new Date(value)
  return (
    <TooltipTrigger delay={300}>
      <Button className="time">
        <time dateTime={value}>{relative(date.getTime() - nowMs)}</time>
      </Button>
      <Tooltip className="tooltip">{EXACT.format(date)}</Tooltip>
    </TooltipTrigger>
  )
}

/** The time by the server's clock, which moves on as often as that. */
export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(serverNowMs)
  useEffect(() => {
    const timer = setInterval(() => setNowMs(serverNowMs()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return nowMs
}

function relative(deltaMs: number): string {
  const seconds = deltaMs / 1_000
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return RELATIVE.format(Math.round(seconds / size), unit)
  }
  return RELATIVE.format(Math.round(seconds), 'second')
}
