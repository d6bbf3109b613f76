import { sh, verbatim } from '../command.ts'
import { dump, links, parseDump, parseLinks } from './dump.ts'
import type { Facts, Family } from './family.ts'

/** `256.00 GB`, in steps of 1024. */
const readable = (bytes: number): string => {
  const units = ['Bytes', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB']
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** step).toFixed(2)} ${units[step]}`
}

/** Names under /dev/disk by what they name and the kernel's device name. */
const linkKinds = { ids: 'by-id', labels: 'by-label', uuids: 'by-uuid' } as const
type LinkKind = keyof typeof linkKinds | 'masters'
type Links = Readonly<Record<LinkKind, ReadonlyMap<string, string[]>>>

const add = (to: Map<string, string[]>, device: string, name: string) => {
  to.set(device, [...(to.get(device) ?? []), name].sort())
}

const linksOf = (targets: ReadonlyMap<string, string>, output: string): Links => {
  const found = { ids: new Map(), labels: new Map(), uuids: new Map(), masters: new Map() }
  for (const [path, target] of targets) {
    const [, kind, name = ''] = /^\/dev\/disk\/(by-\w+)\/(.*)$/.exec(path) ?? []
    const key = (Object.keys(linkKinds) as (keyof typeof linkKinds)[]).find(
      (candidate) => linkKinds[candidate] === kind,
    )
    const text = name.replace(/\\x([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    if (key) add(found[key], target.split('/').at(-1) ?? '', text)
  }
  for (const [, master = '', device = ''] of output.matchAll(/^\/sys\/class\/block\/([^/]+)\/slaves\/(\S+)$/gm)) {
    add(found.masters, device, master)
  }
  return found
}

const linkFacts = (all: Links, device: string): Facts =>
  Object.fromEntries(Object.entries(all).map(([kind, map]) => [kind, map.get(device) ?? []]))

const parse = (output: string): Facts => {
  const files = parseDump(output)
  const targets = parseLinks(output)
  const all = linksOf(targets, output)
  const holdersOf = (device: string): string[] => [...(all.masters.get(device) ?? [])]
  const paths = [...files.keys()]

  const partition = (disk: string, name: string): Facts => {
    const file = (path: string) => files.get(`/sys/block/${disk}/${name}/${path}`)
    const sector = Number(files.get(`/sys/block/${disk}/queue/logical_block_size`) ?? 512)
    return {
      start: file('start') ?? '0',
      sectors: file('size') ?? '0',
      sectorsize: sector,
      size: readable(Number(file('size') ?? 0) * 512),
      uuid: all.uuids.get(name)?.[0] ?? null,
      holders: holdersOf(name),
      links: linkFacts(all, name),
    }
  }

  const disk = (name: string): Facts => {
    const file = (path: string) => files.get(`/sys/block/${name}/${path}`)?.trim()
    const prefix = `/sys/block/${name}/`
    const parts = paths.flatMap((path) =>
      path.startsWith(prefix) && path.endsWith('/start') ? path.split('/')[4]! : [],
    )
    const scheduler = file('queue/scheduler') ?? ''
    return {
      virtual: Number(targets.get(`/sys/block/${name}`)?.includes('/devices/virtual/') ?? false),
      links: linkFacts(all, name),
      vendor: file('device/vendor') ?? null,
      model: file('device/model') ?? null,
      ...(file('device/serial') ? { serial: file('device/serial') } : {}),
      ...(file('device/wwid') ? { wwn: file('device/wwid') } : {}),
      sas_address: file('device/sas_address') ?? null,
      sas_device_handle: file('device/sas_device_handle') ?? null,
      removable: file('removable') ?? null,
      support_discard: file('queue/discard_granularity') ?? null,
      rotational: file('queue/rotational') ?? null,
      partitions: Object.fromEntries(parts.map((part) => [part, partition(name, part)])),
      scheduler_mode: /\[(.*)\]/.exec(scheduler)?.[1] ?? scheduler,
      sectors: file('size') ?? '0',
      sectorsize: file('queue/logical_block_size') ?? '512',
      size: readable(Number(file('size') ?? 0) * 512),
      host: '',
      holders: holdersOf(name),
    }
  }

  const names = [...targets.keys()].flatMap((path) => /^\/sys\/block\/([^/]+)$/.exec(path)?.[1] ?? [])
  return {
    devices: Object.fromEntries(names.map((name) => [name, disk(name)])),
    device_links: Object.fromEntries(Object.entries(all).map(([kind, map]) => [kind, map])),
  }
}

const attributes = [
  ...['size', 'removable', 'queue/discard_granularity', 'queue/rotational', 'queue/scheduler'],
  ...['queue/logical_block_size', 'device/vendor', 'device/model', 'device/serial', 'device/wwid'],
  ...['device/sas_address', 'device/sas_device_handle', '*/start', '*/size'],
]

/** Block devices, partitions and their names. */
export const devices: Family = {
  name: 'devices',
  facts: ['devices', 'device_links'],
  command: sh`${links('/sys/block/*', '/dev/disk/by-id/*', '/dev/disk/by-label/*', '/dev/disk/by-uuid/*')}
${dump(...attributes.map((path) => `/sys/block/*/${path}`))}
${verbatim('ls -d /sys/class/block/*/slaves/*')}`,
  parse,
}
