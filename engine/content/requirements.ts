import { readFile } from 'node:fs/promises'
import { Failure, type Position, throwAll } from '../failure.ts'
import { loadYaml } from '../yaml/load.ts'
import { isNothing, kindOf, type YamlNode } from '../yaml/node.ts'

/** A role or collection of a requirements file. */
export type Requirement = {
  readonly kind: 'roles' | 'collections'
  /** The directory's name: a role's own, `namespace.name` of a collection. */
  readonly name: string
  /** A repository or an archive: an address, or a path relative to the file. */
  readonly source: string
  readonly version?: string
  readonly how: 'git' | 'archive'
  readonly at: Position
}

const isArchive = (source: string): boolean => /\.(?:tar(?:\.\w+)?|tgz|txz)$/.test(source)
const isRepository = (source: string): boolean => /^git\+|^git@|\.git$|^(?:ssh|git|https?|file):\/\/|^[./]/.test(source)

const nameFrom = (source: string): string =>
  (source.split(/[/:]/).at(-1) ?? '').replace(/\.git$|\.tar(?:\.\w+)?$|\.tgz$|\.txz$/, '')

const textOf = (node: YamlNode | undefined): string | undefined =>
  node?.kind === 'scalar' && node.value !== null ? node.text : undefined

const requirementOf = (node: YamlNode, kind: Requirement['kind'], failures: Failure[]): Requirement[] => {
  const fail = (message: string, hint: string): Requirement[] => {
    failures.push(new Failure('playbook.requirement', message, { at: node.at, hint }))
    return []
  }
  const field = (name: string) => (node.kind === 'map' ? textOf(node.entries.get(name)?.node) : undefined)
  const written = textOf(node) ?? field('src') ?? field('source') ?? field('name') ?? field('role')
  if (written === undefined) return fail('this requirement does not say where it is', "write 'src: ADDRESS'")
  // The old form on one line: SOURCE,VERSION,NAME.
  const [address = '', lineVersion, lineName] = written.split(',').map((part) => part.trim())
  const source = address.replace(/^git\+/, '')
  const isGit = !isArchive(source) && (isRepository(address) || field('scm') === 'git' || field('type') === 'git')
  if (!isGit && !isArchive(source)) {
    const hint = 'write src: with the address of its git repository or of a tar archive'
    return fail(`'${source}' is the name of something on Galaxy, which is not asked`, hint)
  }
  const version = field('version') ?? (lineVersion === '' ? undefined : lineVersion)
  const own = field('src') || field('source') ? field('name') : undefined
  const name = lineName ?? own ?? nameFrom(source)
  const isName = kind === 'roles' ? /^[\w.-]+$/.test(name) && !/^\.+$/.test(name) : /^\w+\.\w+$/.test(name)
  if (!isName) return fail(`'${name}' cannot be the name of what is installed`, "give it one by 'name:'")
  return [{ kind, name, source, how: isGit ? 'git' : 'archive', at: node.at, ...(version ? { version } : {}) }]
}

/** What a requirements file asks for. @throws Failure that carries every problem of the file */
export const readRequirements = async (file: string): Promise<readonly Requirement[]> => {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Failure('playbook.missing', `cannot read ${file}`, { cause, hint: 'check the path' })
  })
  const root = loadYaml(text, file)
  const failures: Failure[] = []
  const listed = (node: YamlNode | undefined, kind: Requirement['kind']): Requirement[] => {
    if (!node || isNothing(node)) return []
    if (node.kind === 'list') return node.items.flatMap((item) => requirementOf(item, kind, failures))
    const message = `'${kind}' must be a list, and this is ${kindOf(node)}`
    failures.push(new Failure('playbook.type', message, { at: node.at, hint: "begin each with '- '" }))
    return []
  }
  const found =
    root.kind === 'map'
      ? [
          ...listed(root.entries.get('roles')?.node, 'roles'),
          ...listed(root.entries.get('collections')?.node, 'collections'),
        ]
      : listed(root, 'roles')
  throwAll(failures)
  return found
}
