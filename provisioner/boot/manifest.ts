import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { bootInterface, type Interface } from '../../engine/inventory/node/interfaces.ts'
import type {
  BootManifest,
  BootNfs,
  BootOverlay,
  BootRoot,
  BootSecrets,
  BootServer,
  NodeRoot,
  SiteSettings,
} from '../../schema/types.ts'
import type { Attempts } from '../events/outcome.ts'
import type { Image } from '../image/images.ts'
import type { Node } from '../node/node.ts'
import { cpio } from './cpio.ts'

export const defaultPorts = { http: 9873, https: 9874 }

/** Base URLs of the provisioner as nodes reach it. */
export const serverUrls = (settings: SiteSettings): BootServer => {
  const address = settings.server ?? '127.0.0.1'
  const host = isIPv6(address) ? `[${address}]` : address
  return {
    https: `https://${host}:${settings.https_port ?? defaultPorts.https}`,
    http: `http://${host}:${settings.http_port ?? defaultPorts.http}`,
  }
}

/**
 * The interfaces that a node needs to reach the provisioner: the one it boots from, the bond over it with all its
 * members, VLANs on those. Others are the real root's business.
 */
export const bootNetwork = (interfaces: readonly Interface[]): readonly Interface[] => {
  const wanted = new Set<string>()
  const add = (name: string | undefined) => name !== undefined && wanted.add(name)
  add(bootInterface(interfaces)?.name)
  for (const { name, members, onboot, parent } of interfaces) {
    if (onboot === false) continue
    if (members?.some((member) => wanted.has(member))) for (const each of [name, ...members]) add(each)
    if (parent !== undefined && wanted.has(parent)) add(name)
  }
  return interfaces.filter(({ name }) => wanted.has(name))
}

/**
 * The servers of images as one node asks them: each node begins at another one, by its name, so that they share the load
 * however many nodes boot. The provisioner is asked last, unless it is one of them.
 */
export const mirrorsOf = (node: string, servers: readonly string[]): readonly string[] => {
  const plain = [...new Set(servers.map((url) => url.replace(/\/+$/, '')))]
  const first = plain.length === 0 ? 0 : createHash('sha256').update(node).digest().readUInt32BE() % plain.length
  return [...plain.slice(first), ...plain.slice(0, first)]
}

const nfsRoot = ({ source, version, options, writable }: NodeRoot): BootNfs => {
  const [, server = '', path = ''] = /^(\[[^\]]+\]|[^:]+):(.*)$/.exec(source ?? '') ?? []
  return {
    server: server.replace(/^\[(.*)\]$/, '$1'),
    path,
    version: String(version ?? 4) as BootNfs['version'],
    options: options ?? [],
    writable: writable ?? false,
  }
}

const bootRoot = (root: NodeRoot = {}): BootRoot => ({
  type: root.type ?? 'image',
  ...(root.size === undefined ? {} : { size: root.size }),
  ...(root.type === 'nfs' ? { nfs: nfsRoot(root) } : {}),
})

export type ManifestParts = {
  readonly node: Node
  readonly image: Image
  readonly settings: SiteSettings
  readonly ca: string
  readonly boot: string
  readonly token: string
  readonly time: Date
  readonly attempts: Attempts
  /** Its system overlay; absent when it could not be rendered. */
  readonly overlay?: BootOverlay | undefined
}

const mountedSecrets = ({ record, boot }: Node, source: string): BootSecrets => {
  const names = (isWanted: boolean) =>
    Object.entries(record.secrets ?? {}).flatMap(([name, { required = true }]) => (required === isWanted ? [name] : []))
  const options = boot.secrets_options
  return { source, ...(options && { options }), required: names(true), optional: names(false) }
}

export const bootManifest = ({
  node,
  image,
  settings,
  ca,
  boot,
  token,
  time,
  attempts,
  overlay,
}: ManifestParts): BootManifest => {
  const { record } = node
  const { rootfs, name, format = 'squashfs', unpacked } = image.manifest
  const { watchdog, budget, patience, rate, shell, shell_password } = node.boot
  const mirrors = mirrorsOf(node.name, node.servers)
  return {
    version: 1,
    node: node.name,
    boot,
    token,
    servers: [serverUrls(settings)],
    ...(mirrors.length === 0 ? {} : { mirrors: [...mirrors] }),
    ca,
    time: time.toISOString(),
    image: {
      name,
      version: image.version,
      digest: rootfs.digest,
      size: rootfs.size,
      format,
      ...(unpacked === undefined ? {} : { unpacked }),
      ...(image.signed === undefined ? {} : { signed: image.signed }),
    },
    root: bootRoot(record.root),
    ...(overlay === undefined ? {} : { overlay }),
    network: [...bootNetwork(node.interfaces)],
    ...(record.mkdisk === undefined ? {} : { mkdisk: record.mkdisk }),
    ...(watchdog === undefined ? {} : { watchdog }),
    ...(node.boot.secrets === undefined ? {} : { secrets: mountedSecrets(node, node.boot.secrets) }),
    retry: {
      ...(budget === undefined ? {} : { budget }),
      ...(patience === undefined ? {} : { patience }),
      ...(rate === undefined ? {} : { rate }),
      ...(shell === undefined ? {} : { shell }),
      ...(shell && shell_password !== undefined && { shell_password }),
      ...attempts,
    },
  }
}

/** The manifest as the further initrd of a boot: `prelude/boot.json`, for root alone. */
export const bootInitrd = (manifest: BootManifest): Buffer =>
  cpio([
    { path: 'prelude', mode: 0o700 },
    { path: 'prelude/boot.json', mode: 0o400, content: Buffer.from(JSON.stringify(manifest)) },
  ])
