import { isIPv6 } from 'node:net'
import { bootInterface, type Interface } from '../../engine/inventory/node/interfaces.ts'
import type { BootManifest, BootServer, SiteSettings } from '../../schema/types.ts'
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

export type ManifestParts = {
  readonly node: Node
  readonly image: Image
  readonly settings: SiteSettings
  readonly ca: string
  readonly boot: string
  readonly token: string
  readonly time: Date
}

export const bootManifest = ({ node, image, settings, ca, boot, token, time }: ManifestParts): BootManifest => {
  const { record } = node
  const { rootfs, name } = image.manifest
  const { watchdog, budget, shell } = node.boot
  return {
    version: 1,
    node: node.name,
    boot,
    token,
    servers: [serverUrls(settings)],
    ca,
    time: time.toISOString(),
    image: { name, version: image.version, digest: rootfs.digest, size: rootfs.size, format: 'squashfs' },
    root: {
      type: record.root?.type ?? 'image',
      ...(record.root?.size === undefined ? {} : { size: record.root.size }),
    },
    network: [...bootNetwork(node.interfaces)],
    ...(record.mkdisk === undefined ? {} : { mkdisk: record.mkdisk }),
    ...(watchdog === undefined ? {} : { watchdog }),
    retry: { ...(budget === undefined ? {} : { budget }), ...(shell === undefined ? {} : { shell }) },
  }
}

/** The manifest as the further initrd of a boot: `prelude/boot.json`, for root alone. */
export const bootInitrd = (manifest: BootManifest): Buffer =>
  cpio([
    { path: 'prelude', mode: 0o700 },
    { path: 'prelude/boot.json', mode: 0o400, content: Buffer.from(JSON.stringify(manifest)) },
  ])
