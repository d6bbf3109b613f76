// The reference page of the provisioner's HTTP routes.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Route } from '../../provisioner/http/route.ts'
import { routes } from '../../provisioner/routes.ts'
import { code, commentText, page, table } from './markdown.ts'

const root = join(import.meta.dirname, '../..')

/** What the handlers' comments (`GET /path and /other: text`) say of each route. */
const described = (): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  for (const file of globSync('provisioner/*/*.ts', { cwd: root })) {
    for (const [, comment = ''] of readFileSync(join(root, file), 'utf8').matchAll(/\/\*\*((?:(?!\*\/).)*)\*\//gs)) {
      const [, method, paths = '', text = ''] = /^(GET|POST) (\/.*?): (.*)$/.exec(commentText(comment)) ?? []
      for (const path of paths.match(/\/[\w/:]+(?=\W|$)/g) ?? []) found.set(`${method} ${path}`, text)
    }
  }
  return found
}

const who: Readonly<Record<Route['who'], string>> = {
  anyone: 'anyone',
  boot: 'a machine that boots, by what it was given',
  session: "a node's session",
  booting: "a node's session until its boot has ended",
  admin: 'admins: the token, or the socket',
}

export const routesPage = (): string => {
  const texts = described()
  const rows = routes.map((route) => {
    const { method, path, listener, perMinute } = route
    const text = texts.get(`${method} ${path}`)
    if (text === undefined) throw new Error(`the handler of ${method} ${path} has no comment '${method} ${path}: …'`)
    const limit = perMinute === undefined ? '' : ` At most ${perMinute} a minute from one address.`
    return [code(`${method} ${path}`), listener, who[route.who], `${text}${limit}`]
  })
  return page([
    '# HTTP routes',
    'Made from `provisioner/routes.ts`. What a body holds is in [the records](records.md).',
    table(['route', 'listener', 'who may', 'what'], rows),
  ])
}
