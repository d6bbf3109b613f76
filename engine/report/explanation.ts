import { shown } from '../inventory/shown.ts'
import type { Task } from '../playbook/play.ts'
import type { PlayExplanation, Setting } from '../run/explain.ts'
import { toJson } from '../vars/json.ts'
import { Template, type Value, Vaulted } from '../vars/value.ts'
import { positionText } from './failure.ts'
import type { Style } from './style.ts'

export type ExplanationOptions = { readonly directory: string; readonly style: Style }

const longest = 60

/** A value on one line; what a vault holds is not shown. */
const valueText = (value: Value | undefined, told = ''): string => {
  if (value === undefined) return `(${told})`
  if (value instanceof Vaulted) return '(a vault)'
  const text = value instanceof Template ? value.source : toJson(shown(value))
  const line = text.replaceAll('\n', '\\n')
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line
}

const titleOf = ({ name, role, written, action }: Task): string => {
  const own = (name instanceof Template ? name.source : name) || (written ?? action)
  return role ? `${role.name} : ${own}` : own
}

const row = (setting: Setting, mark: string, { directory, style }: ExplanationOptions): string => {
  const { level, source, at, value, told } = setting
  const place = at === undefined ? '' : positionText(at, directory)
  // the place says which file it is
  const what = place !== '' && /\.(?:ya?ml|json|ini|toml)$/.test(source) ? '' : source
  const text = `${mark} ${String(level).padStart(2)}  ${[place, what]
    .filter((part) => part !== '')
    .join('  ')
    .padEnd(48)}  ${valueText(value, told)}`
  return mark === '>' ? style.ok(text) : text
}

/** The settings of a variable, the strongest first and marked; those below it have no effect. */
export const settingLines = (settings: readonly Setting[], options: ExplanationOptions): string[] =>
  settings.map((setting, index) => row(setting, index === 0 ? '>' : ' ', options))

/** Tasks by the rows that they show: those of a role have the same parameters. */
const alike = (
  tasks: PlayExplanation['tasks'],
  strongest: number,
  options: ExplanationOptions,
): ReadonlyMap<string, readonly Task[]> => {
  const found = new Map<string, Task[]>()
  for (const { task, settings } of tasks) {
    const marked = (each: Setting, index: number) => (index === 0 && each.level >= strongest ? '>' : ' ')
    const rows = settings.map((each, index) => row(each, marked(each, index), options)).join('\n')
    found.set(rows, [...(found.get(rows) ?? []), task])
  }
  return found
}

/** What sets a variable in a play, for people: every level, where it is written, and which one wins. */
export const explanationText = (explanation: PlayExplanation, options: ExplanationOptions): string => {
  const { play, settings, tasks, later, possible } = explanation
  const { style, directory } = options
  const name = play.name instanceof Template ? play.name.source : play.name
  const lines = [style.strong(`play '${name}'  ${positionText(play.at, directory)}`)]
  if (settings.length === 0) lines.push('   nothing sets it for the whole play')
  lines.push(...settingLines(settings, options))
  const strongest = settings[0]?.level ?? 0
  for (const [rows, [first, ...more]] of alike(tasks, strongest, options)) {
    if (!first) continue
    const others = more.length === 0 ? '' : ` and ${more.length} more`
    lines.push(`   in the task '${titleOf(first)}'  ${positionText(first.at, directory)}${others}`, rows)
  }
  const once = later.map(({ task, setting }) => {
    const mark = setting.level > strongest ? '>' : ' '
    return `   once the task '${titleOf(task)}' has run\n${row(setting, mark, options)}`
  })
  lines.push(...new Set(once))
  for (const { name: written, setting } of possible) {
    lines.push(`   where '${written}' in vars_files means this file`, row(setting, ' ', options))
  }
  return `${lines.join('\n')}\n`
}
