import { readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { Datetime } from './python/datetime.ts'
import { strftime } from './python/strftime.ts'
import type { Dict, Value } from './value.ts'

/** The name of a user of this machine; the number of one without a name. */
const userName = (uid: number): string => {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
    return lines.map((line) => line.split(':')).find((fields) => fields[2] === String(uid))?.[0] ?? String(uid)
  } catch {
    return String(uid)
  }
}

/** What is told of a template file. */
export type TemplateOrigin = {
  /** How the task writes its name; its path without it. */
  readonly source?: string | undefined
  readonly destination?: string | undefined
  /** The text of `ansible_managed`: `{file}`, `{host}` and `{uid}`, and strftime's letters for when the template was changed. */
  readonly managed?: string | undefined
}

const managedText = (format: string, names: Readonly<Record<string, string>>, changed: Date): string => {
  const text = format.replace(/\{\{|\}\}|\{(host|uid|file)\}/g, (whole, name) => names[name] ?? whole.slice(1))
  return strftime(text, changed, false)
}

/** The variables that a template file is given beside those of its task: where it is from and where it goes. */
export const templateNames = (path: string, { source = path, destination, managed }: TemplateOrigin): Dict => {
  const found = statSync(path, { throwIfNoEntry: false })
  const host = hostname()
  const uid = found ? userName(found.uid) : ''
  const changed = found?.mtime ?? new Date()
  const names: Dict = new Map<string, Value>([
    ['ansible_managed', managedText(managed ?? 'Ansible managed', { host, uid, file: source }, changed)],
    ['template_destpath', destination ?? null],
    ['template_fullpath', resolve(path)],
    ['template_host', host],
    ['template_path', source],
    ['template_run_date', new Datetime(new Date(), false)],
  ])
  if (found) names.set('template_mtime', new Datetime(found.mtime, false)).set('template_uid', uid)
  return names
}
