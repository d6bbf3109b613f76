import type { OracleCase } from './oracle.ts'

const one = (name: string, ...args: string[]): OracleCase => ({ name, runs: [args] })
const hosts = (list: string): string[] => ['-i', list, '-c', 'local']

/** Playbooks in cases/, and how they are run by play and by ansible-playbook. */
export const cases: readonly OracleCase[] = [
  one('blocks', 'blocks.yml'),
  one('handlers', 'handlers.yml'),
  one('loops', 'loops.yml'),
  one('includes', 'includes.yml'),
  one('once', 'once.yml'),
  one('errors', 'errors.yml'),
  one('templates', 'templates.yml'),
  one('tags: all', 'tags.yml'),
  one('tags: one', 'tags.yml', '--tags', 'one'),
  one('tags: skip', 'tags.yml', '--skip-tags', 'two,always'),
  one('tags: special', 'tags.yml', '--tags', 'special'),
  one('check mode', 'handlers.yml', '--check'),
  { ...one('limit', 'once.yml', '--limit', 'b'), ownMessages: true },
  one('list of tasks', 'tags.yml', '--list-tasks', '--tags', 'one'),
  one('list of hosts', 'once.yml', '--list-hosts'),
  { ...one('extra vars', 'templates.yml', '-e', 'n=9', '-e', '{"items_list": [9]}'), ownMessages: true },
  one('unknown file', 'missing.yml'),
  {
    name: 'diff',
    runs: [
      ['diff.yml', '--check', '--diff'],
      ['diff.yml', '--diff'],
      ['diff.yml', '--diff'],
    ],
  },
  one('become', 'become.yml'),
  { ...one('delegation', 'delegate.yml'), inventory: ['-i', 'hosts/delegate.ini', '-c', 'local'] },
  { ...one('serial', 'serial.yml'), inventory: hosts('a,b,c,d,') },
  { ...one('fatal: percentage', 'fatal.yml'), inventory: hosts('a,b,c,d,') },
  one('fatal: once', 'once_fails.yml'),
  one('handlers of failed hosts', 'force.yml'),
  one('handlers of failed hosts, forced', 'force.yml', '-e', 'forced=true'),
  { ...one('unreachable', 'unreachable.yml'), ownMessages: true },
  { ...one('unreachable when facts are gathered', 'unreachable.yml', '-e', 'gather=true'), ownMessages: true },
  one('facts', 'facts.yml'),
  one('defaults of modules, environment', 'defaults.yml'),
  one('verbose', 'verbose.yml', '-v'),
  one('very verbose', 'verbose.yml', '-vv'),
  one('names', 'nameless.yml'),
  one('names in lists', 'nameless.yml', '--list-tasks'),
]
