import { posix } from 'node:path'
import type { AptRepositoryParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { fetchLists } from '../apt/lists.ts'
import { contentDiff } from '../contentdiff.ts'
import { modeFor } from '../mode.ts'
import { change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { rewriteFile } from '../rewritefile.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './apt_repository.schema.json' with { type: 'json' }
import { parsePpa, sourceOfPpa, trustPpa } from './ppa.ts'
import { type Files, fileNameFor, parseLine, withoutSource, withSource } from './sources.ts'

const directory = '/etc/apt/sources.list.d'

const readSources = async (host: Host): Promise<Files> => {
  const output = await runOrFail(
    host,
    sh`for file in /etc/apt/sources.list ${directory}/*.list; do
         [ ! -f "$file" ] || { printf '%s\\0' "$file"; cat -- "$file"; printf '\\0'; }
       done`,
  )
  const fields = output.split('\0')
  const files = new Map<string, string>()
  for (let index = 0; index + 1 < fields.length; index += 2) files.set(fields[index] ?? '', fields[index + 1] ?? '')
  return files
}

/** The source as apt reads it. Throws a Failure for what is no line of a sources.list. */
const sourceOf = async (host: Host, { repo, codename }: AptRepositoryParameters): Promise<string> => {
  const ppa = parsePpa(host, repo)
  if (ppa) return sourceOfPpa(ppa, codename ?? String(await host.fact('distribution_release')))
  const { source, isEnabled } = parseLine(repo)
  if (source !== undefined && isEnabled && source.split(' ').length > 2 && !/[\n\0]/.test(repo)) return source
  throw new Failure('module.parameter', `'${repo}' is no line of a sources.list`, {
    at: host.at,
    hint: 'write: deb [signed-by=/etc/apt/keyrings/KEY] https://ADDRESS SUITE COMPONENT',
  })
}

const newFileOf = (host: Host, { filename, repo, codename }: AptRepositoryParameters, source: string): string => {
  const name =
    filename === undefined ? fileNameFor(repo.startsWith('ppa:') ? `${repo}_${codename}` : source) : `${filename}.list`
  if (/[\n\0]/.test(name) || name === '.list') {
    throw new Failure('module.parameter', `'${name}' can be no name of a file`, { at: host.at })
  }
  return name.includes('/') ? name : posix.join(directory, name)
}

/** Yields the change of each file. */
async function* write(
  host: Host,
  files: Files,
  changed: ReadonlyMap<string, string | undefined>,
  newFile: string,
  mode: string | undefined,
): Steps {
  for (const [path, after] of changed) {
    const before = files.get(path)
    if (after !== undefined) {
      // A file that gets a new line gets the mode too.
      const isGiven = before === undefined || (path === newFile && mode !== undefined)
      const bits = modeFor(mode ?? '0644', { mode: 0o644, directory: false })
      yield* rewriteFile(host, { path, before, after, options: isGiven ? { mode: bits } : {} })
    } else {
      yield* change({
        what: `remove ${path}`,
        diff: contentDiff(path, Buffer.from(before ?? ''), undefined),
        apply: () => runOrFail(host, sh`rm -- ${path}`),
      })
    }
  }
  return {}
}

/** Writes the files as they were. */
const restore = async (host: Host, files: Files, changed: Iterable<string>): Promise<void> => {
  for (const path of changed) {
    const before = files.get(path)
    if (before === undefined) await runOrFail(host, sh`rm -f -- ${path}`)
    else await host.write(path, Buffer.from(before))
  }
}

export const apt_repository = module<AptRepositoryParameters>(
  'apt_repository',
  schema as ModuleSchema,
  async function* (host, params) {
    const { repo, state, update_cache, mode } = params
    const source = await sourceOf(host, params)
    const newFile = newFileOf(host, params, source)
    const files = await readSources(host)
    const changed = state === 'present' ? withSource(files, source, newFile) : withoutSource(files, source)
    if (changed.size > 0) {
      const ppa = state === 'present' ? parsePpa(host, repo) : undefined
      if (ppa) yield* trustPpa(host, ppa, params)
      if (!files.has(newFile) && changed.has(newFile) && !host.check) {
        await runOrFail(host, sh`mkdir -p -- ${posix.dirname(newFile)}`)
      }
      yield* write(host, files, changed, newFile, mode)
      if (update_cache) {
        yield* change({
          what: 'fetch the lists of packages',
          apply: async () => {
            try {
              await fetchLists(host, { ...params, lock_timeout: 60 })
            } catch (thrown) {
              await restore(host, files, changed.keys())
              throw thrown
            }
          },
        })
      }
    }
    const paths = [...changed.keys()]
    return {
      repo,
      state,
      sources_added: paths.filter((path) => !files.has(path)),
      sources_removed: paths.filter((path) => changed.get(path) === undefined),
    }
  },
)
