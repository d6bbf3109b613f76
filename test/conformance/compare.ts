import type { Case } from './case.ts'

/** Lines that only one of the two has: our place of a failure, its excerpt and hint; their versions, configuration and tracebacks. */
const dropped = [
  /^\S+:\d+:\d+: /,
  /^ +\d+ \| /,
  /^ +\| +\^/,
  /^ {2}(?:hint|because|task): /,
  /^ {2}(?:stderr|stdout) \| /,
  /^(?:ansible-playbook \[core| {2}(?:config file|configured module|ansible |executable|python version|jinja|libyaml))/,
  /^(?:Pausing for \d+ seconds|\(ctrl\+C then )/,
  /^(?:Using .* as config file|No config file found|Skipping callback|An exception occurred during)/,
]

const replaced: readonly (readonly [RegExp, string])[] = [
  // A label that no_log hides is lost in 2.14, and told as hidden since.
  [/\(item=None\)/g, '(item=(censored due to no_log))'],
  // Results tell the condition that was false since 2.17.
  [/"false_condition": (?:"(?:[^"\\]|\\.)*"|\w+), /g, ''],
  [/\{"false_condition": (?:"(?:[^"\\]|\\.)*"|\w+)\}/g, '{}'],
  [/"(delta|start|end|atime|mtime|ctime)": (?:"[^"]*"|[\d.]+)/g, '"$1": …'],
  [/"(inode)": \d+/g, '"$1": …'],
  [/"(?:src|md5sum)": "[^"]*", /g, ''],
  // Their headers name a temporary file, or nothing when there was no file; ours the file.
  [/^(--- before|\+\+\+ after).*$/gm, '$1'],
  [/[ \t]+$/gm, ''],
]

const head = /^(?:TASK|PLAY|RUNNING HANDLER|NO MORE HOSTS LEFT|PLAYBOOK)\b.* \*{3,}$/
const start =
  /^(?:ok|changed|skipping|failed|fatal|included|FAILED - RETRYING|META|NOTIFIED HANDLER|task path|---|[\w.-]+ +:)/

type Entry = { host: string; lines: string[] }

/** The entries of one task, host by host: which host answers first is chance in both. */
const sorted = (lines: readonly string[]): string[] => {
  const entries: Entry[] = []
  let diff: string[] = []
  for (const line of lines) {
    if (line.startsWith('--- ')) diff.push(line)
    else if (start.test(line)) {
      const host = /\[([^\]]+)\]|for (\S+)$/.exec(line)
      entries.push({ host: host?.[1] ?? host?.[2] ?? '', lines: [...diff, line] })
      diff = []
    } else if (diff.length > 0) diff.push(line)
    else if (entries.length > 0) entries.at(-1)?.lines.push(line)
    else entries.push({ host: '', lines: [line] })
  }
  return entries.toSorted((a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : 0)).flatMap((entry) => entry.lines)
}

/** Hosts in the order of a Python set. */
const sortedLines = (lines: string): string => lines.split('\n').slice(0, -1).sort().join('\n').concat('\n')

const messages = (line: string): string =>
  line
    .replace(/"changed": false, (?="msg")/, '')
    .replace(/"(msg|reason|(?:failed|changed)_when_result)": "(?:[^"\\]|\\.)*"/g, '"$1": …')

/** A text without what a case leaves out. */
export const without = (text: string, { ignored }: Case): string =>
  ignored.reduce((all, pattern) => all.replace(pattern, ''), text)

/** What is compared of a report. */
export const comparable = (text: string, one: Case): string => {
  const { ownMessages, ownRecap } = one
  const clean = replaced
    .reduce((all, [from, to]) => all.replace(from, to), without(text, one))
    .replace(/(?:^ {6}\S+\n)+/gm, sortedLines)
  const sections: string[][] = [[]]
  for (const line of clean.split('\n')) {
    if (dropped.some((pattern) => pattern.test(line)) || line === '') continue
    if (head.test(line)) sections.push([line])
    else sections.at(-1)?.push(ownMessages && /^(?:fatal|failed):/.test(line) ? messages(line) : line)
  }
  return merged(sections)
    .filter(([first]) => !ownRecap || !first?.startsWith('PLAY RECAP'))
    .map(([first, ...rest]) => [first ?? '', ...sorted(rest)].join('\n'))
    .join('\n')
}

/** A meta task is announced for each host in 2.14; once is enough. */
const merged = (sections: readonly string[][]): string[][] => {
  const kept: string[][] = []
  for (const section of sections) {
    const last = kept.at(-1)
    const isAgain =
      last?.[0] === section[0] &&
      [...section.slice(1), ...(last?.slice(1) ?? [])].every((line) => /^(?:META|task path|skipping):/.test(line))
    if (last && isAgain) last.push(...section.filter((line) => !last.includes(line)))
    else kept.push([...section])
  }
  return kept
}

/**
 * The warnings of a text of standard error, each once and sorted, without white space: ansible-core wraps them. Ours
 * are a line, and indented lines with the place and a hint.
 */
export const warningsIn = (text: string, by: 'play' | 'ansible-core'): string => {
  const parts = text.split(by === 'play' ? '\n' : /\n(?=\[|ERROR!|\n)/)
  const warnings = parts.map((part) => part.replace(/\s+/g, '')).filter((part) => part.startsWith('[WARNING]'))
  return [...new Set(warnings)].sort().join('\n')
}
