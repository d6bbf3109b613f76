import { verbatim } from '../command.ts'
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

const contentOf = (path: string, code: string, text: string, said: string): unknown => {
  if (code !== '0') return `Failure executing fact script (${path}), rc: ${code}, err: ${said}`
  try {
    return JSON.parse(text)
  } catch {
    return parseIni(text) ?? `error loading facts as JSON or ini - please check content: ${path}`
  }
}

const decoded = (text: string): string => Buffer.from(text, 'base64').toString()

/** The site's own facts: JSON or INI files, or programs that print either, in /etc/ansible/facts.d or the directory $fact_path. */
export const local: Family = {
  name: 'local',
  facts: ['local'],
  command: verbatim(`encoded() { printf '%s' "$1" | base64 | tr -d '\\n'; }
for path in "\${fact_path:-/etc/ansible/facts.d}"/*.fact; do
  [ -f "$path" ] || continue
  if [ -x "$path" ]; then
    said=$({ text=$("$path" 2>&3 3>&- 4>&-); echo "fact $? $(encoded "$text") $path" >&4; } 3>&1)
    [ ! "$said" ] || echo "said $(encoded "$said") $path"
  else
    text=$(cat "$path"); echo "fact $? $(encoded "$text") $path"
  fi
done 4>&1`),
  parse(output) {
    const said = new Map(
      [...output.matchAll(/^said (\S*) (.*)$/gm)].map(([, encoded = '', path = '']) => [path, `${decoded(encoded)}\n`]),
    )
    const facts: Facts = {}
    for (const [, code = '', encoded = '', path = ''] of output.matchAll(/^fact (\d+) (\S*) (.*)$/gm)) {
      const name = path.replace(/^.*\//, '').replace(/\.fact$/, '')
      facts[name] = contentOf(path, code, decoded(encoded), said.get(path) ?? '')
    }
    return { local: facts }
  },
}
