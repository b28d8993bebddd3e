import { createWriteStream } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { ExportError } from './export-error.ts'
import type { Credentials } from './fingerprint.ts'
import type { Order } from './journal.ts'
import type { Output } from './output.ts'
import { openPartialFile } from './partial-file.ts'
import { createStreamOutput } from './stream-output.ts'

/** Opens a file, `-` for standard output, or a device such as a pipe. Throws `ExportError` for what can't be written. */
export async function openOutput(
  path: string,
  order: Order,
  credentials: Credentials,
  isResuming: boolean,
): Promise<Output> {
  if (path === '-') {
    refuseToResume(isResuming)
    return createStreamOutput(process.stdout)
  }
  const there = await stat(path).catch(() => null)
  if (there?.isDirectory()) throw new ExportError(`${path} is a folder: name a file in it.`)
  try {
    if (there !== null) await access(path, constants.W_OK)
    if (there === null || there.isFile()) return await openPartialFile(path, order, credentials, isResuming)
    // Putting a file in the place of a device would end the device.
    refuseToResume(isResuming)
    return createStreamOutput(createWriteStream(path))
  } catch (error) {
    throw readable(error, path)
  }
}

/** Why nothing can be written there, in a line; what is no error of the system stays as it is. */
export function readable(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  const where = path === '-' ? 'standard output' : path
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new ExportError(`No space is left on the disk of ${where}.`)
    case 'EACCES':
    case 'EPERM':
      return new ExportError(`${where} may not be written by this account.`)
    case 'ENOENT':
    case 'ENOTDIR':
      return new ExportError(`${where} can not be written: there is no such folder.`)
    default:
      return typeof code === 'string' ? new ExportError(`${where} can not be written (${code}).`) : error
  }
}

function refuseToResume(isResuming: boolean): void {
  if (isResuming) throw new ExportError('--resume needs a file: what was sent elsewhere is gone.')
}
