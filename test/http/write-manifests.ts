import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { generate } from '@graphql-codegen/cli'

const run = promisify(execFile)
const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const SCHEMA = pathOf('../../schema.graphql')

/** What a build tool of clients makes of their operations. */
export interface Manifest {
  /** Where the file is, until the test run removes its folder. */
  readonly path: string
  readonly documents: Readonly<Record<string, string>>
  /** The id that the generated code sends for an operation. */
  idOf(operation: string): string
  remove(): Promise<void>
}

/** By graphql-codegen's client-preset with `persistedDocuments`. */
export async function writeManifestByCodegen(operations: string): Promise<Manifest> {
  const folder = await mkdtemp(join(tmpdir(), 'dirgraph-codegen-'))
  const output = `${join(folder, 'generated')}/`
  const files: { filename: string; content: string }[] = await generate(
    {
      schema: SCHEMA,
      documents: operations,
      silent: true,
      generates: { [output]: { preset: 'client', presetConfig: { persistedDocuments: true } } },
    },
    false,
  )
  const contentOf = (name: string) =>
    files.find(({ filename }) => filename === `${output}${name}`)?.content ?? ''
  const path = join(folder, 'persisted-documents.json')
  await writeFile(path, contentOf('persisted-documents.json'))
  return {
    path,
    documents: JSON.parse(contentOf('persisted-documents.json')),
    idOf(operation) {
      const line = contentOf('graphql.ts')
        .split('\n')
        .find(text => text.startsWith(`export const ${operation}Document`))
      return found(/"hash":"([^"]+)"/.exec(line ?? '')?.[1], operation)
    },
    remove: () => rm(folder, { recursive: true }),
  }
}

/** By relay-compiler with `persistConfig`, which wants operations named after their file. */
export async function writeManifestByRelay(
  operations: string,
  algorithm: 'MD5' | 'SHA256',
): Promise<Manifest> {
  const folder = await mkdtemp(join(tmpdir(), 'dirgraph-relay-'))
  await mkdir(join(folder, 'artifacts'))
  await mkdir(join(folder, 'src'))
  await cp(SCHEMA, join(folder, 'schema.graphql'))
  await writeFile(join(folder, 'src', 'App.ts'), `graphql\`${operations}\``)
  const path = join(folder, 'persisted.json')
  await writeFile(path, '{}')
  const config = {
    src: 'src',
    schema: 'schema.graphql',
    language: 'typescript',
    artifactDirectory: 'artifacts',
    persistConfig: { file: 'persisted.json', algorithm },
  }
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config))
  const compiler = pathOf('../../node_modules/relay-compiler/cli.js')
  await run(process.execPath, [compiler, 'relay.config.json'], { cwd: folder })
  const names = [...operations.matchAll(/(?:query|mutation) (\w+)/g)].map(([, name = '']) => name)
  const ids = new Map<string, string | undefined>()
  for (const name of names) {
    const artifact = await readFile(join(folder, 'artifacts', `${name}.graphql.ts`), 'utf8')
    ids.set(name, /"id": "([^"]+)",\s*"metadata"/.exec(artifact)?.[1])
  }
  return {
    path,
    documents: JSON.parse(await readFile(path, 'utf8')),
    idOf: operation => found(ids.get(operation), operation),
    remove: () => rm(folder, { recursive: true }),
  }
}

function found(id: string | undefined, operation: string): string {
  if (id === undefined) throw new Error(`no id of ${operation} among what was generated`)
  return id
}
