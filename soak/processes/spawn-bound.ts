import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'

const running = new Set<ChildProcess>()

// However this process ends, it leaves nobody behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a process that ends with this one at the latest. Rejects where there is no such program. */
export async function spawnBound(
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<ChildProcess> {
  const child = spawn(program, args, options)
  await once(child, 'spawn')
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}
