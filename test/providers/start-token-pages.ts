import { sendJson, startServer } from '../upstream/start-server.ts'
import { openScalekit } from './start-ground.ts'

/** A page of a list of users as a Scalekit gone wrong sends it: by the token it was asked with. */
export type TokenPages = (token: string, size: number) => { next: string; previous?: string; from: number }

export const DIRECTORY_KEY = 'scalekit:org_1:dir_1'

/** A Scalekit whose lists of users are led by `pages`: `size` users numbered from `from`, and the tokens around. */
export async function startTokenPages(pages: TokenPages) {
  const server = await startServer(({ path, search }, response) => {
    if (path === '/oauth/token') return sendJson(response, { access_token: 'token', expires_in: 3600 })
    const size = Number(search.get('page_size'))
    const { next, previous = '', from } = pages(search.get('page_token') ?? '', size)
    const numbers = Array.from({ length: size }, (_, index) => from + index)
    sendJson(response, {
      users: numbers.map(number => ({ id: `diruser_${number}`, email: `user${number}@loop.example` })),
      organizations: numbers.map(number => ({ id: `org_${number}`, display_name: `Company ${number}` })),
      directories: [],
      next_page_token: next,
      prev_page_token: previous,
      total_size: 1_000,
    })
  })
  return {
    provider: openScalekit({
      scalekit: { environmentUrl: server.url, clientId: 'client', clientSecret: 'secret' },
    }),
    /** How many pages were asked for. */
    asked: () => server.requests.filter(({ path }) => path !== '/oauth/token').length,
    stop: server.stop,
  }
}
