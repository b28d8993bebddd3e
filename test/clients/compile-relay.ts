import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { ConcreteRequest, ReaderFragment } from 'relay-runtime'

const run = promisify(execFile)
const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

export interface RelayArtifacts {
  operation(name: string): Promise<ConcreteRequest>
  fragment(name: string): Promise<ReaderFragment>
  /** Throws them away. */
  remove(): Promise<void>
}

/** Runs relay-compiler over documents, in a folder of its own. Rejects with what the compiler says. */
export async function compileRelay(documents: string): Promise<RelayArtifacts> {
  const folder = await mkdtemp(join(tmpdir(), 'dirgraph-relay-'))
  const artifacts = join(folder, 'artifacts')
  await mkdir(artifacts)
  await cp(documents, join(folder, 'src'), { recursive: true })
  await cp(pathOf('../../schema.graphql'), join(folder, 'schema.graphql'))
  const config = {
    src: 'src',
    schema: 'schema.graphql',
    language: 'typescript',
    artifactDirectory: 'artifacts',
    eagerEsModules: true,
  }
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config))
  const compiler = pathOf('../../node_modules/relay-compiler/cli.js')
  await run(process.execPath, [compiler, 'relay.config.json'], { cwd: folder }).catch(async error => {
    await rm(folder, { recursive: true })
    throw new Error(`${error.stdout}${error.stderr}`)
  })
  const load = async (name: string) =>
    (await import(/* @vite-ignore */ pathToFileURL(join(artifacts, `${name}.graphql.ts`)).href)).default
  return {
    operation: load,
    fragment: load,
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
