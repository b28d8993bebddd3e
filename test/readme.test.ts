import { execFile, spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../src/config.ts'
import { settings } from '../src/settings.ts'
import { isLeftOut } from './support/left-out.ts'
import { type ServedApp, serveApp } from './support/serve-app.ts'
import { startApp } from './support/start-app.ts'

const ROOT = resolve(import.meta.dirname, '..')
const README = read('README.md')
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: ROOT })]

/** Where the README says that the server listens; the test's own address takes its place. */
const ADDRESS = 'http://127.0.0.1:4000'

interface Block {
  readonly language: string
  /** What follows the language in the info string: `run`, or the file that the block is taken from. */
  readonly mark: string
  readonly text: string
}

const blocks = blocksOf(README)

/** Blocks marked `run` with the JSON that stands below each, by the first line of what is run. */
const runnable = blocks.flatMap((block, index) =>
  block.mark === 'run' ? [{ name: firstLineOf(block), block, answer: blocks[index + 1] }] : [],
)

const isCurlMissing = spawnSync('curl', ['--version']).status !== 0
const isShellLeftOut = isLeftOut('curl commands of the README', isCurlMissing ? 'there is no curl' : null)

describe('the README', () => {
  test('has an operation, a mutation and a curl command that are run', () => {
    const kinds = runnable.map(({ block }) => `${block.language} ${block.text.split(/\W/, 1)}`.trim())
    expect(kinds).toEqual(expect.arrayContaining(['graphql', 'graphql mutation', 'sh curl']))
  })

  test.for(runnable)('prints what a fresh sandbox answers to: $name', async ({ block, answer }, { skip }) => {
    skip(isShellLeftOut && block.language === 'sh')
    expect(answer?.language).toBe('json')
    const printed: unknown = JSON.parse(answer?.text ?? '')
    expect(await onFreshSandbox(block)).toEqual(printed)
  })

  test('names exactly the settings that are read, with their defaults', () => {
    const rows = tableOf(README, 'Setting')
    const defaultOf = Object.fromEntries(rows.map(([name, , standard]) => [code(name), code(standard)]))
    expect(Object.keys(defaultOf)).toEqual(Object.keys(settings.shape))

    const { host, port, logLevel } = readConfig({})
    const { workos } = readConfig({ WORKOS_API_KEY: 'sk_test' })
    expect(defaultOf).toMatchObject({
      HOST: host,
      PORT: String(port),
      WORKOS_API_URL: workos?.apiUrl,
      LOG_LEVEL: logLevel,
    })
  })

  test('says of each provider what it can do, as `providers` answers it', async () => {
    const app = await startApp()
    const { data } = await app.query<{ providers: { provider: string; operations: string[] }[] }>(
      '{ providers { provider operations } }',
    )
    await app.stop()
    const can = new Map(data?.providers.map(({ provider, operations }) => [provider, operations]))
    const said = tableOf(README, 'Operation').map(([operation, , workos, scalekit]) => ({
      operation: code(operation),
      workos: workos?.startsWith('yes'),
      scalekit: scalekit?.startsWith('yes'),
    }))
    const operations = [...new Set([...can.values()].flat())]
    expect(said.map(({ operation }) => operation).sort()).toEqual(operations.sort())
    expect(said).toEqual(
      said.map(({ operation }) => ({
        operation,
        workos: can.get('WORKOS')?.includes(operation),
        scalekit: can.get('SCALEKIT')?.includes(operation),
      })),
    )
  })

  test('shows examples as they stand in their files', () => {
    const excerpts = blocks.filter(({ mark }) => mark.includes('/'))
    const strangers = excerpts.filter(({ mark, text }) => !squeeze(read(mark)).includes(squeeze(text)))
    expect(strangers).toEqual([])
  })
})

describe('the documents', () => {
  test('link to files and headings that exist', () => {
    const links = DOCUMENTS.flatMap(document =>
      [...read(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ document, target })),
    )
    const dead = links.filter(({ document, target }) => !/^https?:/.test(target) && !leads(document, target))
    expect(dead).toEqual([])
  })

  test('show the layers as the architecture test holds them', () => {
    const source = read('test/architecture.test.ts')
    const table = source.slice(source.indexOf('MAY_IMPORT'), source.indexOf('HOMES'))
    const held = [...table.matchAll(/^ {2}'?([\w/-]+)'?: \[([^\]]*)\]/gm)].map(([, folder, allowed = '']) => [
      folder,
      [...allowed.matchAll(/'([^']+)'/g)].map(match => match[1]).sort(),
    ])
    const shown = tableOf(read('docs/architecture.md'), 'Folder').map(([folder, , allowed = '']) => [
      code(folder),
      [...allowed.matchAll(/`([^`]+)`/g)].map(match => match[1]).sort(),
    ])
    expect(held.length).toBeGreaterThan(0)
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(held))
  })
})

async function onFreshSandbox(block: Block): Promise<unknown> {
  const app = await serveApp()
  try {
    return block.language === 'sh' ? await runShell(block.text, app) : await app.query(block.text)
  } finally {
    await app.stop()
  }
}

async function runShell(command: string, { origin }: ServedApp): Promise<unknown> {
  expect(command).toContain(ADDRESS)
  const { stdout } = await promisify(execFile)('sh', ['-c', command.replaceAll(ADDRESS, origin)])
  return JSON.parse(stdout)
}

function blocksOf(document: string): Block[] {
  const fences = document.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)
  return [...fences].map(([, language = '', mark = '', text = '']) => ({ language, mark, text }))
}

function firstLineOf({ text }: Block): string {
  return (
    text
      .split('\n')
      .find(line => /\w/.test(line))
      ?.trim() ?? ''
  )
}

/** The cells of the table whose first column has that title. */
function tableOf(document: string, title: string): string[][] {
  const [, body = ''] = document.split(new RegExp(`^\\| \`?${title}\`? .*\\n\\| -.*\\n`, 'm'))
  const rows = body.slice(0, body.search(/^(?!\|)/m)).matchAll(/^\| (.*) \|$/gm)
  return [...rows].map(([, cells = '']) => cells.split(' | ').map(cell => cell.trim()))
}

function code(cell = ''): string {
  return /^`([^`]+)`/.exec(cell)?.[1] ?? cell
}

/** Whether a relative link leads to a file, and where it names one, to a heading of it. */
function leads(document: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? document : join(dirname(document), path)
  if (!existsSync(join(ROOT, file))) return false
  const headings = [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
  return anchor === undefined || headings.includes(anchor)
}

/** Without indentation and empty lines, which an excerpt need not keep. */
function squeeze(text: string): string {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
    .join('\n')
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}
