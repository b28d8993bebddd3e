import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react'
import { useRelayEnvironment } from 'react-relay'
import { replaceList } from './list-edits.ts'
import { type ListSource, readList } from './read-list.ts'
import { isUnauthenticated, OperationError } from './send.ts'
import { useOnHealed } from './use-retry.ts'

interface LoadedList extends ListSource {
  /** Relay’s id of what is loaded of it; undefined where nothing is. */
  readonly listId: string | undefined
  /** The ids of what is loaded, in their order. */
  readonly loaded: readonly string[]
  /** Whether a page is on its way, which would be lost. */
  readonly isBusy: boolean
  /** Whether it is from before it was on the screen, so that it is to be read again at once. */
  readonly isOld?: boolean
  /** Reads it from its beginning, where nothing is loaded. */
  readonly onNothing: () => void
  /** Loads the further pages that somebody wanted while it was read again. */
  readonly onHeldBack: () => void
}

interface ListAgain {
  /** Reads again what is loaded, and puts it in place of that at once: nobody loses their place. */
  readonly readAgain: (andLoadMore?: boolean) => void
  /** Whether a further page can be asked for now, and is not put where another list is by then. Else it is later. */
  readonly mayLoad: () => boolean
  /** Why it failed. What was there is there still. */
  readonly lost: Error | null
}

/** Reads a list again when it is asked to, and when the connection to the changes was lost and is there again. */
export function useListAgain(list: LoadedList): ListAgain {
  const { listId, isBusy, isOld = false, onNothing, onHeldBack } = list
  const environment = useRelayEnvironment()
  const latest = useRef(list)
  useEffect(() => {
    latest.current = list
  })
  const [wanted, setWanted] = useState(0)
  const [begun, setBegun] = useState(0)
  const [isReading, setIsReading] = useState(false)
  const [lost, setLost] = useState<Error | null>(null)
  const isHeldBack = useRef(false)
  const readAgain = useCallback((andLoadMore = false) => {
    if (andLoadMore) isHeldBack.current = true
    setWanted(count => count + 1)
  }, [])
  useOnHealed(readAgain)
  useEffect(() => {
    if (isOld) readAgain()
  }, [isOld, readAgain])
  const read = useEffectEvent(async () => {
    if (listId === undefined) return onNothing()
    const found = await readList(environment, list, () => latest.current.loaded)
    if (found === null) return
    replaceList(environment, listId, found)
    found.release()
  })
  const isStill = !isReading && wanted === begun
  const mayLoad = () => {
    if (!isStill) isHeldBack.current = true
    return isStill
  }
  const loadHeldBack = useEffectEvent(onHeldBack)
  useEffect(() => {
    if (!isStill || !isHeldBack.current) return
    isHeldBack.current = false
    loadHeldBack()
  }, [isStill])
  const isDue = wanted > begun && !isBusy && !isReading
  useEffect(() => {
    if (!isDue) return
    setBegun(wanted)
    setIsReading(true)
    read()
      .then(
        () => setLost(null),
        (error: unknown) => setLost(toLost(error)),
      )
      .finally(() => setIsReading(false))
  }, [isDue, wanted])
  return { readAgain, mayLoad, lost }
}

/** That a token has ended is said elsewhere. */
function toLost(error: unknown): Error | null {
  if (error instanceof OperationError && isUnauthenticated(error.failures)) return null
  return error instanceof Error ? error : new Error(String(error))
}
