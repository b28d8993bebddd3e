import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type {
  SandboxHello,
  SandboxMessage,
  SandboxNews,
  SandboxProcessSettings,
  SandboxQuestion,
  SandboxQuestions,
} from './sandbox-messages.ts'

/** Both providers in a process of their own. */
export interface SandboxChild {
  readonly hello: SandboxHello
  ask<Name extends keyof SandboxQuestions>(
    name: Name,
    given: Parameters<SandboxQuestions[Name]>[0],
  ): Promise<Awaited<ReturnType<SandboxQuestions[Name]>>>
  stop(): Promise<void>
}

const PROGRAM = fileURLToPath(new URL('./sandbox-process.ts', import.meta.url))

/** Starts it; it ends with this process at the latest. */
export async function startSandboxChild(
  settings: SandboxProcessSettings,
  onNews: (news: SandboxNews) => void,
): Promise<SandboxChild> {
  const child = fork(PROGRAM, [JSON.stringify(settings)])
  const ready = Promise.withResolvers<SandboxHello>()
  const waiting = new Map<number, (answer: unknown) => void>()
  let asked = 0
  let isStopped = false

  child.on('message', (message: SandboxMessage) => {
    if ('hello' in message) ready.resolve(message.hello)
    else if ('news' in message) onNews(message.news)
    else waiting.get(message.id)?.(message.answer)
  })
  child.once('exit', code => {
    ready.reject(new Error(`the sandbox ended with ${code}`))
    if (!isStopped) throw new Error(`the sandbox ended with ${code}`)
  })

  return {
    hello: await ready.promise,
    ask(name, given) {
      asked += 1
      const id = asked
      return new Promise(resolve => {
        waiting.set(id, answer => {
          waiting.delete(id)
          resolve(answer as never)
        })
        child.send({ id, name, given } satisfies SandboxQuestion)
      })
    },
    async stop() {
      isStopped = true
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}
