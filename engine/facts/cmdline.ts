import { verbatim } from '../command.ts'
import { splitWords } from '../words.ts'
import type { Family } from './family.ts'

/** A command line that no shell would accept is taken apart at its blanks. */
const words = (text: string): string[] => {
  try {
    return splitWords(text)
  } catch {
    return text.trim().split(/\s+/)
  }
}

/** The kernel's command line: `cmdline` keeps the last of equal names, `proc_cmdline` a list of all. */
export const cmdline: Family = {
  name: 'cmdline',
  facts: ['cmdline', 'proc_cmdline'],
  command: verbatim('cat /proc/cmdline'),
  parse(output) {
    const last = new Map<string, string | true>()
    const all = new Map<string, string | true | (string | true)[]>()
    for (const word of words(output)) {
      const at = word.indexOf('=')
      const key = at < 0 ? word : word.slice(0, at)
      const value = at < 0 || word.slice(at + 1)
      last.set(key, value)
      const before = all.get(key)
      all.set(key, before === undefined || at < 0 ? value : [before, value].flat())
    }
    return { cmdline: last, proc_cmdline: all }
  },
}
