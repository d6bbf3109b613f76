// The reference page of the stages of a boot.
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { bootStages } from '../../agent/main.ts'
import { code, commentText, page, table } from './markdown.ts'

const root = join(import.meta.dirname, '../..')

/** What the comment of a stage's function says of it, by the name of its file. */
const described = (): ReadonlyMap<string, string> =>
  new Map(
    globSync('agent/stages/*.ts', { cwd: root }).map((file) => {
      const source = readFileSync(join(root, file), 'utf8')
      const comments = [...source.matchAll(/\/\*\*((?:(?!\*\/).)*)\*\/\nexport const (\w+)(: BootStage| = async)/gs)]
      const comment = comments.find(([, , name = '']) => name.toLowerCase().startsWith(basename(file, '.ts')))
      if (!comment) throw new Error(`the stage of ${file} has no comment`)
      return [basename(file, '.ts'), commentText(comment[1] ?? '')]
    }),
  )

export const stagesPage = (): string => {
  const texts = described()
  const names: string[] = [...bootStages.map(({ name }) => name), 'runtime']
  return page([
    '# Stages of a boot',
    'Made from `agent/stages`. In this order; each posts `started`, then `finished` or `failed` with its milliseconds. What is not as it should be and does not stop the boot is `degraded`. The stage `boot` is the frame around them, up to the real init.',
    table(
      ['stage', 'what it does'],
      names.map((name) => [code(name), texts.get(name) ?? '']),
    ),
  ])
}
