import { readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { Datetime } from './python/datetime.ts'
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

/** The variables that a template file is given beside those of its task: where it is from and where it goes. */
export const templateNames = (path: string, destination?: string): Dict => {
  const found = statSync(path, { throwIfNoEntry: false })
  const names: Dict = new Map<string, Value>([
    ['ansible_managed', 'Ansible managed'],
    ['template_destpath', destination ?? null],
    ['template_fullpath', resolve(path)],
    ['template_host', hostname()],
    ['template_path', path],
    ['template_run_date', new Datetime(new Date(), false)],
  ])
  if (found) names.set('template_mtime', new Datetime(found.mtime, false)).set('template_uid', userName(found.uid))
  return names
}
