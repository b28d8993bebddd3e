import { type ExecFileException, execFile, spawnSync } from 'node:child_process'
import { chmod, cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { isLeftOut } from '../support/left-out.ts'
import { spawnDirgraph } from '../support/spawn-dirgraph.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const WHAT = 'the package, installed in an empty folder'

/** The Node of this test comes first for what npm starts, too. */
const env = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) }

/** Runs a program to its end and gives back what it printed. Rejects with all that it said. */
async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd, env, maxBuffer: 2 ** 26 })
    return stdout
  } catch (error) {
    const { message, stdout, stderr } = error as ExecFileException
    throw new Error([message, stdout, stderr].join('\n'))
  }
}

const why = await run('npm', ['ping', '--fetch-retries=0', '--fetch-timeout=10000'], tmpdir()).then(
  () => null,
  () => 'the registry of npm, for its dependencies, can not be reached',
)

const whyNoMounts =
  spawnSync('unshare', ['--mount', 'true']).status === 0
    ? null
    : 'only root may mount file systems of its own'

/** Of the sources, since packing builds, and other tests use what is built where they are. */
async function copySources(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'dirgraph-sources-'))
  const left = new Set(['.git', 'dist', 'node_modules', '__generated__'])
  const filter = (path: string) =>
    !relative(ROOT, path)
      .split(sep)
      .some(part => left.has(part))
  await cp(ROOT, copy, { recursive: true, filter })
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

/** As a container has it: nothing can be written to, the folder in `$0` included, and the rest runs as somebody else. */
const READ_ONLY = `
  set -e
  mount --make-rprivate /
  mount --bind "$0" "$0"
  mount -o remount,bind,ro "$0"
  mount -o remount,bind,ro /
  ! touch "$0/written" 2>/dev/null
  exec setpriv --reuid=1000 --regid=1000 --clear-groups -- "$@"
`

describe.skipIf(isLeftOut(WHAT, why))(WHAT, () => {
  let folder: string
  let sources: string
  let sandbox: Sandbox
  let packed: { path: string }[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dirgraph-package-'))
    sandbox = await startSandbox()
    sources = await copySources()
    const answer = await run('npm', ['pack', '--json', '--pack-destination', folder], sources)
    // npm prints what the build printed as well, and names the package from version 12 on.
    const manifest = JSON.parse(answer.slice(answer.search(/^[[{]/m)))
    const [tarball] = Object.values(manifest) as { filename: string; files: { path: string }[] }[]
    packed = tarball?.files ?? []
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
    const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
    await run('npm', ['install', ...flags, `./${tarball?.filename}`], folder)
  }, 180_000)

  afterAll(async () => {
    await sandbox?.stop()
    for (const made of [folder, sources]) if (made) await rm(made, { recursive: true, force: true })
  })

  test('holds the program, what was built, and neither sources nor tests', () => {
    const paths = packed.map(({ path }) => path)
    expect(paths).toEqual(
      expect.arrayContaining(['bin/dirgraph.js', 'dist/app.js', 'dist/app.d.ts', 'dist/cli.js']),
    )
    expect(paths).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'schema.graphql']))
    expect(paths.filter(path => /^(src|test|scripts|bench)\//.test(path))).toEqual([])
  })

  test('is one graphql, whose schema others can use', async () => {
    const tree = JSON.parse(await run('npm', ['ls', 'graphql', '--all', '--json'], folder))
    const versions = new Set(JSON.stringify(tree).match(/(?<="graphql":\{"version":")[^"]+/g))
    expect(versions.size).toBe(1)
  })

  test('starts by npx on its own sandbox and answers a query', async () => {
    const dirgraph = await spawnDirgraph({
      node: 'npx',
      program: '--no',
      args: ['dirgraph'],
      cwd: folder,
      isGroup: true,
      env: { PATH: env.PATH },
    })
    expect(dirgraph.greeting).toContain('dirgraph runs on its built-in sandbox')
    const query = '{ organizations(first: 1) { nodes { name } } }'
    const response = await fetch(`${dirgraph.url}?query=${encodeURIComponent(query)}`, {
      headers: { 'x-graphql-yoga-csrf': '1' },
    })
    expect(await response.json()).toMatchObject({
      data: { organizations: { nodes: [{ name: 'Nimbus Freight' }] } },
    })
  })

  test.skipIf(isLeftOut(`${WHAT}, on a read-only file system`, whyNoMounts))(
    'runs where nothing can be written, as a user who is not root and has no home',
    async () => {
      await chmod(folder, 0o755)
      const { url, stop } = await spawnDirgraph({
        node: 'unshare',
        program: '--mount',
        args: ['sh', '-c', READ_ONLY, folder, process.execPath, 'node_modules/dirgraph/bin/dirgraph.js'],
        cwd: folder,
      })
      const query = '{ organizations(first: 1) { nodes { name } } }'
      const response = await fetch(`${url}?query=${encodeURIComponent(query)}`, {
        headers: { 'apollo-require-preflight': 'true' },
      })
      expect(await response.json()).toMatchObject({
        data: { organizations: { nodes: [{ name: 'Nimbus Freight' }] } },
      })
      expect(await stop()).toMatchObject({ code: 0, stderr: '' })
    },
  )

  test('is a library with types: a script that imports it compiles and runs', async () => {
    const settings = { apiKey: sandbox.workos.apiKey, apiUrl: sandbox.workos.url }
    const script = `
      import { createDirgraph, type Dirgraph, type DirgraphSettings } from 'dirgraph'
      const settings: DirgraphSettings = { workos: ${JSON.stringify(settings)}, logLevel: 'silent' }
      const dirgraph: Dirgraph = createDirgraph(settings)
      const query = '{ organizations(first: 1) { nodes { name } } }'
      const response: Response = await dirgraph.fetch(
        new Request('http://localhost/graphql?query=' + encodeURIComponent(query), {
          headers: { 'apollo-require-preflight': 'true' },
        }),
      )
      const types: number = Object.keys(dirgraph.schema.getTypeMap()).length
      // @ts-expect-error: types that were lost on the way would let this pass
      dirgraph.nothing
      // @ts-expect-error
      dirgraph.schema.nothing
      // @ts-expect-error
      settings.scalekit?.nothing
      export const answer: string = await response.text()
      await dirgraph.stop()
      if (types === 0) throw new Error('no schema')
    `
    const config = {
      compilerOptions: {
        module: 'nodenext',
        target: 'es2024',
        lib: ['es2024', 'dom', 'dom.iterable'],
        types: [],
        strict: true,
        // Those of its dependencies ask for @types/node, which not everybody has.
        skipLibCheck: true,
        outDir: 'built',
      },
      files: ['script.ts'],
    }
    await writeFile(join(folder, 'script.ts'), script)
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
    await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.'], folder)
    const print = "import('./built/script.js').then(({ answer }) => process.stdout.write(answer))"
    const printed = await run(process.execPath, ['-e', print], folder)
    expect(JSON.parse(printed)).toEqual({ data: { organizations: { nodes: [{ name: 'Nimbus Freight' }] } } })
  })
})
