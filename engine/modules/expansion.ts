import { sequence, sh } from '../command.ts'
import { entries } from './group/database.ts'
import type { Host } from './module.ts'

/** Whether a text has something that Python's expanduser and expandvars would replace. */
export const holdsVariables = (value: unknown): value is string =>
  typeof value === 'string' && (value.startsWith('~') || value.includes('$'))

/**
 * Asks the host, once, for its user's environment and the home directories that the texts name; the answer replaces
 * `~`, `~user`, `$NAME` and `${NAME}` as Python does: what is not known stays as it is.
 */
export const expansionOn = async (host: Host, texts: readonly string[]): Promise<(text: string) => string> => {
  const users = texts.flatMap((text) => /^~([A-Za-z_][A-Za-z0-9_.-]*)/.exec(text)?.[1] ?? [])
  const homesOf = users.map((user) => sh`printf '%s\\0' "$(${entries('passwd', user, false)} | cut -d: -f6)"`)
  const output = await host.run(sequence(sh`printf '%s\\0' "$HOME"`, ...homesOf, sh`env -0`))
  const [home = '', ...rest] = output.stdout.toString().split('\0')
  const homes = new Map(users.map((user, index) => [user, rest[index]]))
  const environment = new Map<string, string>()
  for (const line of rest.slice(users.length)) {
    const at = line.indexOf('=')
    environment.set(line.slice(0, at), line.slice(at + 1))
  }
  return (text) =>
    text
      .replace(/^~([^/]*)/, (whole, user: string) => (user ? homes.get(user) || whole : home))
      .replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced, bare) => environment.get(braced ?? bare) ?? whole)
}
