import { verbatim } from '../command.ts'
import { messageOf } from '../failure.ts'
import type { Facts, Family } from './family.ts'

/** Sections of an INI file; undefined when it is none. Names are lower-case, values text. */
const parseIni = (text: string): Facts | undefined => {
  const sections: Record<string, Record<string, string>> = {}
  let section: Record<string, string> | undefined
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const title = /^\[(.+)\]$/.exec(line)?.[1]
    const [, name, value = ''] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line) ?? []
    if (title !== undefined) section = sections[title] ??= {}
    else if (name !== undefined && section) section[name.toLowerCase()] = value
    else return undefined
  }
  return sections
}

const contentOf = (path: string, code: string, text: string): unknown => {
  if (code !== '0') return `Failure executing fact script (${path}), rc: ${code}`
  try {
    return JSON.parse(text)
  } catch (thrown) {
    return parseIni(text) ?? `error loading facts as JSON or ini - please check content: ${path} (${messageOf(thrown)})`
  }
}

/** The site's own facts: JSON or INI files, or programs that print either, in /etc/ansible/facts.d or the directory $fact_path. */
export const local: Family = {
  name: 'local',
  facts: ['local'],
  command: verbatim(`for path in "\${fact_path:-/etc/ansible/facts.d}"/*.fact; do
  [ -f "$path" ] || continue
  if [ -x "$path" ]; then text=$("$path"); else text=$(cat "$path"); fi
  echo "fact $? $(printf %s "$text" | base64 | tr -d '\\n') $path"
done`),
  parse(output) {
    const facts: Facts = {}
    for (const [, code = '', encoded = '', path = ''] of output.matchAll(/^fact (\d+) (\S*) (.*)$/gm)) {
      const name =
        path
          .split('/')
          .at(-1)
          ?.replace(/\.fact$/, '') ?? ''
      facts[name] = contentOf(path, code, Buffer.from(encoded, 'base64').toString())
    }
    return { local: facts }
  },
}
