import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createPatience, type Impatience } from '../../src/redis/patience.ts'

const HOUR_MS = 3_600_000

/** Something that answers at once, over a socket: what it says is read where the loop looks at its sockets. */
async function startEcho() {
  const server = createServer(socket => socket.pipe(socket))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  onTestFinished(() => {
    socket.destroy()
    server.close()
  })
  return () => {
    const reply = once(socket, 'data')
    socket.write('ping')
    return reply
  }
}

function work(forMs: number): void {
  const untilMs = performance.now() + forMs
  while (performance.now() < untilMs);
}

test('what a process does between asking and looking for the reply is not time that the reply took', async () => {
  const lost: Impatience[] = []
  const patience = createPatience(
    why => lost.push(why),
    () => HOUR_MS,
  )
  const ask = await startEcho()
  // Somebody waits all the time, so that it is looked at all the time.
  const long = Promise.withResolvers<void>()
  patience.wait(long.promise, why => new Error(why), HOUR_MS)
  onTestFinished(() => long.resolve())
  for (let round = 0; round < 20; round += 1) {
    const reply = patience.wait(ask(), why => new Error(why))
    work(20)
    await reply
  }
  expect(lost).toEqual([])
})

test('what many lose at the same time to one late reply counts once', async () => {
  const lost: Impatience[] = []
  const patience = createPatience(
    why => lost.push(why),
    () => HOUR_MS,
  )
  const stall = wait(60)
  let isOver = false
  stall.then(() => {
    isOver = true
  })
  const asked: Promise<unknown>[] = []
  while (!isOver) {
    asked.push(patience.wait(stall, why => new Error(why)))
    await wait(2)
  }
  await Promise.all(asked)
  expect(lost).toEqual([])
})

test('what a request loses is added up for as long as it is under way, and no longer', async () => {
  const isGivenUp = async (oldestRequestMs: number) => {
    const lost: Impatience[] = []
    const patience = createPatience(
      why => lost.push(why),
      () => oldestRequestMs,
    )
    const loseTo = (reply: Promise<void>) => patience.wait(reply, why => new Error(why))
    await loseTo(wait(80))
    await wait(3_000)
    await loseTo(wait(85))
    return lost.includes('slow')
  }
  expect(await Promise.all([10_000, 100].map(isGivenUp))).toEqual([true, false])
})
