/** Equal calls that are under way at the same time, made once. */
export interface Flights<T> {
  /**
   * The result of the call under that key: of the one that is under way, or of a new one that `start` makes. The call
   * is aborted only when everybody who waits for it has gone; who goes earlier gets the reason of the own signal, or
   * what is made of it.
   */
  join(key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>): Promise<T>
  isUnderWay(key: string): boolean
  /** Whoever comes from now on gets a new call: what is under way was asked before something changed. */
  close(): void
}

interface Flight<T> {
  readonly result: Promise<T>
  readonly controller: AbortController
  riders: number
}

/** `reasonFor` makes of the reason for leaving a call under way, known by its signal, what the leaver is told. */
export function createFlights<T>(
  reasonFor = (_call: AbortSignal, reason: unknown): unknown => reason,
): Flights<T> {
  let flights = new Map<string, Flight<T>>()

  function depart(key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController()
    const inTheseFlights = flights
    const result = start(controller.signal).finally(() => {
      if (inTheseFlights.get(key) === flight) inTheseFlights.delete(key)
    })
    const flight: Flight<T> = { result, controller, riders: 0 }
    // Everybody may have left by the time it fails.
    result.catch(() => {})
    flights.set(key, flight)
    return flight
  }

  /** Nobody waits any more; and nobody may get on a flight that is being aborted. */
  function abandon(key: string, flight: Flight<T>, reason: unknown): void {
    if (flights.get(key) === flight) flights.delete(key)
    flight.controller.abort(reason)
  }

  return {
    isUnderWay: key => flights.has(key),
    close() {
      flights = new Map()
    },
    async join(key, signal, start) {
      signal.throwIfAborted()
      const flight = flights.get(key) ?? depart(key, start)
      flight.riders += 1
      let leave = () => {}
      const left = new Promise<never>((_resolve, reject) => {
        leave = () => {
          flight.riders -= 1
          const reason = reasonFor(flight.controller.signal, signal.reason)
          if (flight.riders === 0) abandon(key, flight, signal.reason)
          reject(reason)
        }
        signal.addEventListener('abort', leave, { once: true })
      })
      try {
        return await Promise.race([flight.result, left])
      } finally {
        signal.removeEventListener('abort', leave)
      }
    },
  }
}
