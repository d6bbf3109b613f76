// The reference page of ansible.cfg and its variables of the environment.
import { options } from '../../engine/configuration/options.ts'
import { code, page, table } from './markdown.ts'

const kinds = {
  text: '',
  boolean: 'yes or no',
  integer: 'number',
  list: 'list, by commas',
  path: 'file',
  pathlist: 'files, by commas',
  pathspec: 'directories, by colons',
} as const

export const configurationPage = (): string =>
  page([
    '# Configuration',
    'Made from `engine/configuration`. `play` reads the first of these that is there: the file or directory that ' +
      '`ANSIBLE_CONFIG` names, `ansible.cfg` in the working directory (not where everybody may write), `~/.ansible.cfg`, ' +
      '`/etc/ansible/ansible.cfg`. A variable of the environment wins over the file, an option of the command line over both. ' +
      'Relative paths in the file are relative to where it lies. Keys that are not named here have no effect.',
    table(
      ['section', 'key', 'environment', 'kind', 'meaning'],
      Object.values(options).map(({ section, keys, variables, kind, description }) => [
        section,
        code(...keys),
        code(...variables),
        kinds[kind],
        description,
      ]),
    ),
  ])
