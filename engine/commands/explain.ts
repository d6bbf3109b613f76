import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { selectHosts } from '../inventory/pattern.ts'
import { createPlaces } from '../playbook/places.ts'
import { type ExplanationOptions, explanationText, settingLines } from '../report/explanation.ts'
import { explainInPlay, type Setting } from '../run/explain.ts'
import { lookahead } from '../run/lookahead.ts'
import { magicNames } from '../run/magic.ts'
import { foretell } from '../run/run.ts'
import { emptyHostState, explainVariable, hostScopeLayers } from '../vars/precedence.ts'
import { loaderFor } from './loader.ts'
import { type ExecutionFlags, runOptionsOf } from './runoptions.ts'
import type { Session } from './session.ts'

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

const textOf = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** The operands of `--explain NAME`: files are playbooks, anything else is a pattern of hosts. */
export const explainOperands = (operands: readonly string[], directory: string) => {
  const files = operands.filter((each) => isFile(resolve(directory, each)))
  return { files, patterns: operands.filter((each) => !files.includes(each)) }
}

/** What the inventory and the command line set, where no playbook is given. */
const inInventory = ({ site, extraVars }: Session, host: string, name: string): Setting[] => {
  const state = emptyHostState()
  const subject = { inventory: site.inventory, hostName: host, state, extraVars, magic: () => undefined }
  return explainVariable(hostScopeLayers(subject), name)
}

/** `play --explain NAME HOST [PLAYBOOK...]`: every level that gives a variable a value on a host, and which one wins. */
export const explain = async (
  session: Session,
  name: string,
  operands: readonly string[],
  flags: ExecutionFlags,
): Promise<string> => {
  const { site, surroundings, style, extraVars } = session
  const { inventory } = site
  const { directory } = surroundings
  const { files, patterns } = explainOperands(operands, directory)
  const hosts = patterns.flatMap((pattern) => selectHosts(inventory, pattern))
  if (hosts.length === 0) {
    const message = patterns.length > 0 ? `no host matches '${patterns.join(',')}'` : 'no host is named'
    throw new Failure('cli.usage', `--explain ${name}: ${message}`, {
      hint: 'write play --explain NAME HOST [PLAYBOOK], with -i INVENTORY where it is not configured',
    })
  }
  const look: ExplanationOptions = { directory, style }
  const loader = loaderFor(session)
  const options = { ...runOptionsOf(session, flags, {}), loader, report: () => {} }
  const parts: string[] = []
  for (const host of hosts) {
    parts.push(`${style.strong(`${name} on ${host}`)}\n`)
    if (magicNames.includes(name)) parts.push('   a magic variable: it is above all levels\n')
    if (files.length === 0) {
      const settings = inInventory(session, host, name)
      parts.push(settings.length > 0 ? `${settingLines(settings, look).join('\n')}\n` : '   nothing sets it\n')
    }
    for (const file of files) {
      const { plays } = await loader.playbook(resolve(directory, file))
      for (const play of plays) {
        if (!(await foretell(play, options)).hosts.includes(host)) continue
        const ahead = await lookahead(play, loader)
        const places = createPlaces(textOf)
        parts.push(explanationText(explainInPlay(play, { inventory, host, name, extraVars, places, ahead }), look))
      }
    }
  }
  return parts.join('')
}

/** The directory whose group_vars and host_vars count: the first playbook's. */
export const explainDirectory = (operands: readonly string[], directory: string): string => {
  const [first] = explainOperands(operands, directory).files
  return first === undefined ? '.' : dirname(first)
}
