// The reference page of what may stand in a playbook.
import {
  blockKeywords,
  commonKeywords,
  handlerKeywords,
  importPlaybookKeywords,
  includeKeywords,
  loopControlKeywords,
  playKeywords,
  roleKeywords,
  taskKeywords,
} from '../../engine/playbook/keywordnames.ts'
import { executorActions } from '../../engine/playbook/play.ts'
import { code, page, table } from './markdown.ts'

const places: readonly (readonly [string, readonly string[]])[] = [
  ['play', playKeywords],
  ['import_playbook', importPlaybookKeywords],
  ['entry of `roles`', roleKeywords],
  ['block', blockKeywords],
  ['task', [...taskKeywords, 'with_NAME']],
  ['handler', [...handlerKeywords, 'with_NAME']],
]

const names = (keywords: readonly string[]): string => code(...[...keywords].sort())

const common = new Set(commonKeywords)

export const keywordsPage = (): string =>
  page([
    '# Keywords',
    'Made from `engine/playbook`. They mean what they mean in Ansible.',
    table(
      ['where', 'keywords'],
      [
        ['everywhere', names(commonKeywords)],
        ...places.map(([place, keywords]) => [place, names(keywords.filter((keyword) => !common.has(keyword)))]),
        ['include_tasks, include_role: these alone', names(includeKeywords)],
        ['loop_control', names(loopControlKeywords)],
      ],
    ),
    'A task has a module ([modules](modules.md)) or one of these actions:',
    names(executorActions.filter((action) => action !== 'import_playbook')),
  ])
