import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { validate } from 'dockerfile-utils'
import { describe, expect, onTestFinished, test } from 'vitest'
import { serveApp } from '../support/serve-app.ts'
import { pathOf, textOf } from './read-deployment.ts'

const DOCKERFILE = textOf('Dockerfile')
const instructions = DOCKERFILE.split('\n').filter(line => /^[A-Z]+ /.test(line))
const finalStage = instructions.slice(instructions.findLastIndex(line => line.startsWith('FROM ')))

/** The words after an instruction of the last stage; empty where it has none. */
function last(name: string): string[] {
  return (
    finalStage
      .findLast(line => line.startsWith(`${name} `))
      ?.split(' ')
      .slice(1) ?? []
  )
}

function mistakesIn(dockerfile: string): unknown[] {
  return validate(dockerfile).map(({ message }) => message)
}

describe('the Dockerfile', () => {
  test('is one', () => {
    expect(mistakesIn(DOCKERFILE)).toEqual([])
  })

  test('would be refused with a mistake in it', () => {
    expect(mistakesIn(DOCKERFILE.replace('RUN npm', 'RUNN npm'))).toEqual(['Unknown instruction: RUNN'])
    expect(mistakesIn(DOCKERFILE.replace('--interval=', '--intervall='))).toEqual(['Unknown flag: intervall'])
    expect(mistakesIn(DOCKERFILE.replace('WORKDIR /app', 'WORKDIR app'))).toEqual([
      'WORKDIR paths should be absolute',
    ])
  })

  test('ends in an image that is not root, holds no tools of development and starts the program itself', () => {
    expect(last('USER')).toEqual(['1000:1000'])
    expect(finalStage.join('\n')).toMatch(/npm ci .*--ignore-scripts .*--omit=dev/)
    // A shell in between would keep the signal to stop for itself.
    const { scripts } = JSON.parse(textOf('package.json'))
    expect(JSON.parse(last('CMD').join(' '))).toEqual(scripts.start.split(' '))
  })

  test('takes what there is, and what is not kept out of the build', () => {
    const copied = instructions
      .filter(line => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap(line => line.split(' ').slice(1, -1))
    const admitted = textOf('.dockerignore')
      .split('\n')
      .filter(line => line.startsWith('!'))
      .map(line => line.slice(1))
    expect(admitted.toSorted()).toEqual([...new Set(copied)].toSorted())
    for (const path of copied) expect(existsSync(pathOf(path)), path).toBe(true)
  })

  test('has a check of health that tells a server that answers from none', async () => {
    const [, program = '', ...args] = JSON.parse(/\[.*\]/.exec(last('HEALTHCHECK').join(' '))?.[0] ?? '[]')
    expect(program).toBe('-e')
    const check = (port: string) =>
      new Promise(resolve => {
        execFile(process.execPath, [program, ...args], { env: { PORT: port } }, error =>
          resolve(error?.code ?? 0),
        )
      })
    const app = await serveApp()
    onTestFinished(() => app.stop())
    expect(await check(new URL(app.origin).port)).toBe(0)
    expect(await check('1')).toBe(1)
  })
})
