import { readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import { membersOf } from '../../engine/inventory/groups.ts'
import { selectHosts } from '../../engine/inventory/pattern.ts'
import { checkArguments } from '../../engine/modules/checkarguments.ts'
import { isModule, moduleNames } from '../../engine/modules/registry.ts'
import { createLoader, type PlaybookLoader } from '../../engine/playbook/loader.ts'
import type { Play } from '../../engine/playbook/play.ts'
import { serialise } from '../../engine/playbook/serialise.ts'
import { emptyScope, layer } from '../../engine/vars/scope.ts'
import { type Dict, toPlain } from '../../engine/vars/value.ts'
import { isVault } from '../../engine/vars/vault.ts'
import type { Bundle, BundleFile } from '../../schema/types.ts'
import type { Image } from '../image/images.ts'
import type { Node } from '../node/node.ts'
import type { Site } from '../site.ts'
import { digestOf } from '../store/digest.ts'
import { filesOf } from './files.ts'
import { openVaults } from './open.ts'
import { prunePlay, tasksOf } from './prune.ts'
import { decrypterOf, variablesOf } from './variables.ts'

/** What a node runs at boot of the playbook that built its image. */
export const bootTags: readonly string[] = ['secret', 'preboot']

/** A bundle with the contents of its files, by digest. */
export type CutBundle = { readonly bundle: Bundle; readonly contents: ReadonlyMap<string, Buffer> }

/** The roles that Prelude brings. */
const stockRoles = resolve(import.meta.dirname, '../../roles')

/** The nearest directory at or above the inventory that has the playbook. Throws a Failure 'bundle.playbook'. */
export const siteDirectory = async (inventory: string, playbook: string): Promise<string> => {
  for (let directory = resolve(inventory); ; directory = dirname(directory)) {
    const isHere = await readFile(join(directory, playbook)).then(
      () => true,
      () => false,
    )
    if (isHere) return directory
    if (directory === dirname(directory)) {
      throw new Failure(
        'bundle.playbook',
        `the playbook ${playbook} of the image is neither in ${resolve(inventory)} nor above it`,
        {
          hint: "publish the image with the playbook's path relative to the site's directory",
        },
      )
    }
  }
}

/** A playbook as it was loaded, with the loader that reads what its plays name. */
export type LoadedPlaybook = {
  readonly directory: string
  readonly plays: readonly Play[]
  readonly loader: PlaybookLoader
}

export const loadBootPlaybook = async (site: Site, playbook: string): Promise<LoadedPlaybook> => {
  const directory = await siteDirectory(site.directory, playbook)
  const loader = createLoader({
    isModule,
    moduleNames,
    checkArguments,
    templar: site.templar,
    decrypt: site.decrypt,
    warn: () => {},
    rolesPath: [join(directory, 'roles'), stockRoles],
  })
  return { directory, plays: (await loader.playbook(join(directory, playbook))).plays, loader }
}

/** Whether a play was for the image: the node stands where the image's host stood. */
const isForImage = (site: Site, play: Play, image: string): boolean => {
  const scope = layer(play.vars, emptyScope)
  const hosts = toPlain(site.templar.resolve(play.hosts, scope))
  const pattern = Array.isArray(hosts) ? hosts.join(',') : String(hosts)
  return selectHosts(site.inventory, pattern, play.at).includes(image)
}

/** vars_files are read here: the first that is there of each entry, over the play's vars. */
const withVarsFiles = async (site: Site, node: Node, play: Play, loader: PlaybookLoader): Promise<Dict> => {
  const vars: Dict = new Map(play.vars)
  for (const { names, at } of play.varsFiles) {
    const scope = layer(vars, site.scope(node.name))
    const paths = names.map((name) => resolve(play.directory, String(toPlain(site.templar.resolve(name, scope)))))
    const there = await Promise.all(paths.map((path) => loader.exists(path)))
    const path = paths[there.indexOf(true)]
    if (path === undefined) {
      throw new Failure('bundle.variables', `none of the variable files is there: ${paths.join(', ')}`, {
        at,
        hint: 'create one of them',
      })
    }
    for (const [name, value] of await loader.variables(path)) vars.set(name, value)
  }
  return vars
}

const readContent = async (
  site: Site,
  file: string,
): Promise<{ readonly content: Buffer; readonly vault: boolean }> => {
  const content = await readFile(file)
  if (!isVault(content.subarray(0, 32).toString())) return { content, vault: false }
  return { content: Buffer.from(site.decrypt(content.toString(), { file, line: 1, column: 1 })), vault: true }
}

/** The texts in a bundle that came out of a vault. */
const masksOf = (site: Site, parts: readonly unknown[]): readonly string[] => {
  const found = new Set<string>()
  const seen = new Set<unknown>()
  const visit = (part: unknown): void => {
    if (typeof part === 'string' && site.vaulted.has(part)) found.add(part)
    if (typeof part !== 'object' || part === null || seen.has(part)) return
    seen.add(part)
    for (const each of part instanceof Map ? part.values() : Object.values(part)) visit(each)
  }
  parts.forEach(visit)
  return [...found].sort()
}

/** Cuts what a node runs at boot out of the playbook that built its image. */
export const cutBundle = async (site: Site, node: Node, image: Image, loaded: LoadedPlaybook): Promise<CutBundle> => {
  const { directory, loader } = loaded
  const { name, playbook } = image.manifest
  const plays: Play[] = []
  const paths = new Set<string>()
  for (const whole of loaded.plays) {
    const pruned = isForImage(site, whole, name) ? prunePlay(whole, bootTags) : undefined
    if (!pruned) continue
    const vars = await withVarsFiles(site, node, pruned, loader)
    const play = { ...pruned, hosts: node.name, serial: [], vars, varsFiles: [], varsPrompt: [] }
    plays.push(openVaults<Play>(play, decrypterOf(site)))
    for (const path of await filesOf(play, tasksOf(play))) paths.add(path)
  }
  const contents = new Map<string, Buffer>()
  const files: BundleFile[] = []
  for (const path of [...paths].sort()) {
    const { content, vault } = await readContent(site, path)
    const digest = digestOf(content)
    contents.set(digest, content)
    files.push({ path: relative(directory, path), digest, size: content.length, ...(vault && { vault }) })
  }
  const serialised = plays.map(serialise)
  const used = [
    JSON.stringify(serialised),
    ...[...contents.values()].map((content) => content.toString('latin1')),
  ].join('\n')
  const groups = [...site.inventory.groups.keys()].map((group) => [group, membersOf(site.inventory, group)] as const)
  const variables = variablesOf(site, node, used)
  const { task_timeout, task_failure } = node.boot
  const { bmc: _, ...record } = node.record // how its head node switches it on and off is not for the node
  const bundle: Bundle = {
    version: 1,
    node: node.name,
    record,
    directory,
    playbook,
    tags: [...bootTags],
    plays: serialised,
    variables: serialise(variables) as unknown as Bundle['variables'],
    masks: [...masksOf(site, [plays, variables])],
    policy: { ...(task_timeout !== undefined && { task_timeout }), ...(task_failure && { task_failure }) },
    groups: Object.fromEntries(groups.map(([group, members]) => [group, [...members]])),
    files,
  }
  return { bundle, contents }
}
