import type { LocaleGenParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import { rewriteFile } from '../rewritefile.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './locale_gen.schema.json' with { type: 'json' }

const path = '/etc/locale.gen'

/** One name of a locale: `locale -a` writes `de_DE.utf8` where the list has `de_DE.UTF-8`. */
const normal = (name: string): string => {
  const [, language = name, codeset = '', modifier = ''] = /^([^.@]*)(?:\.([^@]*))?(@.*)?$/.exec(name) ?? []
  return `${language}.${codeset.toLowerCase().replaceAll('-', '')}${modifier}`
}

type Line = { readonly name: string; readonly charset: string; readonly isActive: boolean }

const parseLine = (line: string): Line | undefined => {
  const [, mark = '', name, charset] = /^(#?)\s*([A-Za-z]\S*) ([A-Z0-9]\S*)\s*$/.exec(line) ?? []
  return name === undefined || charset === undefined ? undefined : { name, charset, isActive: mark === '' }
}

/** The list of locales to generate with some of them in use or not; those that it lacks come at the end. */
export const withLocales = (
  text: string,
  supported: string,
  names: readonly string[],
  isPresent: boolean,
): { readonly text: string; readonly unknown: readonly string[] } => {
  const seen = new Set<string>()
  const lines = text.replace(/\n$/, '').split('\n')
  const edited = lines.map((line) => {
    const read = parseLine(line)
    if (!read || !names.includes(read.name)) return line
    seen.add(read.name)
    if (read.isActive === isPresent) return line
    return `${isPresent ? '' : '# '}${read.name} ${read.charset}`
  })
  const others = supported.split('\n').flatMap((line) => parseLine(line) ?? [])
  const missing = names.filter((name) => !seen.has(name))
  const known = missing.flatMap((name) => others.find((one) => one.name === name) ?? [])
  const added = isPresent ? known.map(({ name, charset }) => `${name} ${charset}`) : []
  const unknown = missing.filter((name) => !known.some((one) => one.name === name))
  return { text: `${[...edited, ...added].join('\n')}\n`, unknown }
}

const look = async (host: Host) => {
  const output = await host.run(sh`
    [ -f ${path} ] && command -v locale-gen >/dev/null || exit 3
    locale -a; echo ---; cat /usr/share/i18n/SUPPORTED 2>/dev/null; echo ---; cat ${path}`)
  if (output.code === 3) {
    throw new Failure('module.tool', `the host has no ${path} or no locale-gen`, {
      at: host.at,
      hint: "install 'locales' with an earlier task; on Red Hat's systems locales are packages: glibc-langpack-de",
    })
  }
  const [there = '', supported = '', text = ''] = output.stdout.toString().split(/^---\n/m)
  return { there: new Set(there.split('\n').map(normal)), supported, text }
}

export const locale_gen = module<LocaleGenParameters>(
  'locale_gen',
  schema as ModuleSchema,
  async function* (host, { name: names, state }) {
    const { there, supported, text } = await look(host)
    const isPresent = state === 'present'
    const { text: after, unknown } = withLocales(text, supported, names, isPresent)
    if (unknown.length > 0) {
      throw new Failure('module.parameter', `the host knows no locale ${unknown.join(', ')}`, {
        at: host.at,
        hint: `locales are listed in ${path} and /usr/share/i18n/SUPPORTED`,
      })
    }
    const result = { name: names, msg: 'OK' }
    if (names.every((name) => there.has(normal(name)) === isPresent)) return result
    yield* rewriteFile(host, { path, before: text, after })
    yield* change({
      what: `${isPresent ? 'generate' : 'remove'} ${names.join(', ')}`,
      // Only --purge takes away what the list no longer has; Debian's own program always begins anew.
      apply: () => runOrFail(host, isPresent ? sh`locale-gen` : sh`locale-gen --purge`),
    })
    return result
  },
)
