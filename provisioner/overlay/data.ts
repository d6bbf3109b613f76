import { readFile } from 'node:fs/promises'
import { stringify } from 'yaml'
import { Failure } from '../../engine/failure.ts'
import { toPlain } from '../../engine/vars/value.ts'
import { serverUrls } from '../boot/manifest.ts'
import { primaryInterface, withoutPrefix } from '../node/interfaces.ts'
import type { Node } from '../node/node.ts'
import type { Site } from '../site.ts'
import type { State } from '../state.ts'
import { hostKeys } from './hostkeys.ts'
import { describeInterfaces } from './network.ts'

export type TemplateData = Readonly<Record<string, unknown>>

const fullName = (name: string, domain: string | undefined): string =>
  domain === undefined || name.includes('.') ? name : `${name}.${domain}`

const shortName = (name: string): string => name.split('.', 1)[0] ?? name

/** Lines of a host file: each address once, the node's own name on its primary one, `NAME-INTERFACE` on the others. */
const hostLines = (site: Site) => {
  const { domain, server, names = [] } = site.settings
  const head =
    server === undefined
      ? []
      : [
          {
            address: server,
            names: [...new Set([...names.filter((name) => !/^[\d.:a-f]+$/i.test(name)), 'head'])].join(' '),
          },
        ]
  const nodes = [...site.nodes.values()].flatMap(({ name, interfaces }) => {
    const primary = primaryInterface(interfaces)
    const own = [...new Set([fullName(name, domain), name, shortName(name)])].join(' ')
    return interfaces.flatMap((each) =>
      [each.address, each.address6]
        .filter((address) => address !== undefined)
        .map((address) => ({
          address: withoutPrefix(address),
          names: each === primary ? own : `${shortName(name)}-${each.name}`,
        })),
    )
  })
  return [...head, ...nodes]
}

/**
 * The disks of a node as mkdisk's files say it, each a list of one or of none: mkdisk.conf, the profile as lines of disk_config,
 * and the profile in YAML. A node without disks has no such files, and a profile of the image's own is left alone.
 */
const mkdiskOf = ({ record: { mkdisk } }: Node) => {
  if (mkdisk === undefined) return { mkdisk: [], mkdisk_lines: [], mkdisk_yaml: [] }
  const { profile = 'default', wipe = false, fscache = '', move = {}, disks, sets = {}, volumes } = mkdisk
  const { expendable = [], optional = [] } = mkdisk
  return {
    mkdisk: [
      {
        profile,
        wipe,
        fscache,
        move: Object.entries(move)
          .map(([from, to]) => `${from}:${to}`)
          .join(','),
        expendable: expendable.join(','),
        optional: optional.join(','),
      },
    ],
    mkdisk_lines: disks
      ? [
          {
            profile,
            disks: Object.entries(disks)
              .map(([disk, config]) => ({ disk: Number(disk), config }))
              .sort((a, b) => a.disk - b.disk),
          },
        ]
      : [],
    mkdisk_yaml: volumes ? [{ profile, text: stringify({ sets, volumes }) }] : [],
  }
}

/** Inventory variables of the host by name, each evaluated when a template asks for it. */
const variablesOf = (site: Site, node: Node): object => {
  const scope = site.scope(node.name)
  return new Proxy(
    {},
    {
      has: (_, name) => typeof name === 'string' && scope.get(name) !== undefined,
      get: (_, name) => {
        const value = typeof name === 'string' ? scope.get(name) : undefined
        return value === undefined ? undefined : toPlain(site.templar.resolve(value, scope))
      },
      ownKeys: () => [...new Set(scope.names())],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    },
  )
}

/** Public keys of the site; an entry that is a path names a file of them. */
const authorizedKeys = async (site: Site): Promise<string[]> => {
  const keys = await Promise.all(
    (site.settings.authorized_keys ?? []).map(async (entry) => {
      if (!entry.startsWith('/')) return entry
      try {
        return await readFile(entry, 'utf8')
      } catch (cause) {
        throw new Failure('overlay.key', `the public keys in ${entry} cannot be read`, {
          cause,
          hint: 'prelude_authorized_keys names it; make the key first',
        })
      }
    }),
  )
  return keys
    .flatMap((text) => text.split('\n').map((line) => line.trim()))
    .filter((line) => line !== '' && !line.startsWith('#'))
}

/**
 * What templates of an overlay see. `asked` are the names that they mention: what must be read or made for a name (host keys) is only
 * read or made then.
 */
export const templateData = async (
  site: Site,
  state: State,
  node: Node,
  asked: (name: string) => boolean,
): Promise<TemplateData> => {
  const { settings } = site
  const interfaces = describeInterfaces(node, site.settings.server)
  const unique = (texts: readonly string[]) => [...new Set(texts)]
  return {
    // the record, with what follows from it
    node: {
      ...node.record,
      hostname: shortName(node.name),
      fqdn: fullName(node.name, settings.domain),
      mac: node.mac,
      groups: node.groups,
      tags: node.record.tags ?? {},
      kernel_args: (node.record.kernel?.args ?? []).join(' '),
    },
    interfaces,
    bonds: interfaces.filter(({ is_bond }) => is_bond),
    dns: unique(interfaces.flatMap(({ dns }) => dns.map(({ server }) => server))),
    search: unique([
      ...interfaces.flatMap(({ search }) => search),
      ...(settings.domain === undefined ? [] : [settings.domain]),
    ]).join(' '),
    ...mkdiskOf(node),
    hosts: hostLines(site),
    site: {
      server: settings.server ?? null,
      domain: settings.domain ?? null,
      mounts: (settings.mounts ?? []).map((mount) => ({ ...mount, options: mount.options ?? 'defaults' })),
      ...serverUrls(settings),
    },
    vars: variablesOf(site, node),
    ...(asked('ssh_host_keys') ? { ssh_host_keys: await hostKeys(state.directory, node.name) } : {}),
    ...(asked('authorized_keys') ? { authorized_keys: await authorizedKeys(site) } : {}),
  }
}
