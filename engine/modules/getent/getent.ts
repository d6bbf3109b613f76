import type { GetentParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { type ModuleSchema, readOnlyModule } from '../module.ts'
import schema from './getent.schema.json' with { type: 'json' }

type Fields = readonly string[]

const colonDatabases = ['passwd', 'shadow', 'group', 'gshadow']

/** Entries by their first field; an entry that is there several times is a list of entries. */
export const parseEntries = (text: string, split: string | undefined): Record<string, Fields | Fields[]> => {
  const found = new Map<string, Fields[]>()
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [key = '', ...fields] = split === undefined ? line.trim().split(/\s+/) : line.split(split)
    found.set(key, [...(found.get(key) ?? []), fields])
  }
  return Object.fromEntries([...found].map(([key, entries]) => [key, entries.length === 1 ? entries[0]! : entries]))
}

const reasons: Readonly<Record<number, string>> = {
  1: 'there is no such database, or it needs a key',
  2: 'there is no such entry',
  3: 'the database cannot be listed as a whole: name a key',
  127: 'the host has no getent',
}

export const getent = readOnlyModule<GetentParameters>('getent', schema as ModuleSchema, async (host, params) => {
  const { database, key, service, fail_key } = params
  const source = service === undefined ? [] : ['-s', service]
  const output = await host.run(sh`getent ${source} -- ${database} ${key === undefined ? [] : [key]}`)
  const name = `getent_${database}`
  if (output.code === 2 && key !== undefined && !fail_key) {
    return { ansible_facts: { [name]: { [key]: null } }, msg: `${database} has no entry '${key}'` }
  }
  if (output.code !== 0) {
    const what = `getent ${database}${key === undefined ? '' : ` ${key}`}`
    const reason = reasons[output.code] ?? (output.stderr.toString().trim() || `exit code ${output.code}`)
    throw new Failure('module.getent', `${what}: ${reason}`, {
      at: host.at,
      ...(output.code === 2 ? { hint: 'or set fail_key: false' } : {}),
    })
  }
  const split = params.split ?? (colonDatabases.includes(database) ? ':' : undefined)
  return { ansible_facts: { [name]: parseEntries(output.stdout.toString(), split) } }
})
