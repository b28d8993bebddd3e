import { hash } from 'node:crypto'
import { once } from 'node:events'
import { rm, stat } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** Gives the path free; whoever does not comes to the same end with the process. */
export type Unlock = () => void

/**
 * Takes a path for this process alone; null where another one of this machine has it. What is locked is a name for a
 * local socket: the system gives it to one process at a time and takes it back however that ends, so a kill leaves
 * nothing that stands in the way. A system that gives out no such names holds nobody apart. Rejects with the system's own
 * error where the folder of the path can't be read.
 */
export async function lockPath(path: string): Promise<Unlock | null> {
  const { dev, ino } = await stat(dirname(path))
  const name = `dirgraph-export-${hash('sha256', `${dev} ${ino} ${basename(path)}`).slice(0, 32)}`
  try {
    const server = await take(toAddress(name))
    return server && (() => void server.close())
  } catch {
    return () => {}
  }
}

/** Linux and Windows have such names beside the file system; elsewhere they are files, which stay after a kill. */
function toAddress(name: string): string {
  if (process.platform === 'linux') return `\0${name}`
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`
  return join(tmpdir(), name)
}

async function take(address: string, isFirstTry = true): Promise<Server | null> {
  const server = createServer(socket => socket.destroy()).unref()
  server.on('error', () => {})
  try {
    server.listen(address)
    await once(server, 'listening')
    return server
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    if (!isFirstTry || address.startsWith('\0') || (await isAnswered(address))) return null
    await rm(address, { force: true })
    return take(address, false)
  }
}

/** Whether the process that made the file is still there. */
async function isAnswered(address: string): Promise<boolean> {
  const socket = connect(address)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
