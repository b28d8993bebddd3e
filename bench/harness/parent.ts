import type { FromChild, FromParent, Questions } from './child.ts'

// As early as can be: the parent may go while this process is still starting.
process.on('disconnect', () => process.exit())

/** The settings that the parent process gave; JSON, so they hold what the parent's types say. */
export function readSettings<Settings>(): Settings {
  return JSON.parse(process.argv[2] ?? '{}') as Settings
}

/** Tells the parent that this process is ready, and answers it from then on; it ends when the parent is gone. */
export function answerParent<Hello, Q extends Questions<Q>>(hello: Hello, answers: Q): void {
  if (!process.connected) process.exit()
  process.on('message', ({ id, question }: FromParent) => {
    const answer = answers[question as keyof Q]
    if (answer === undefined) send({ id, error: `nobody answers ${question} here` })
    else send({ id, answer: answer() })
  })
  send({ hello })
}

function send(message: FromChild): void {
  process.send?.(message, undefined, undefined, error => {
    if (error !== null) process.exit()
  })
}
