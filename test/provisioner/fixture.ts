import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createLog, type LogEntry } from '../../engine/log.ts'
import { tool } from '../../engine/process.ts'
import { createBundles } from '../../provisioner/bundle/bundles.ts'
import { createAdmission } from '../../provisioner/http/admission.ts'
import { findImage, type Image } from '../../provisioner/image/images.ts'
import { publishImage } from '../../provisioner/image/publish.ts'
import type { Services } from '../../provisioner/services.ts'
import { loadSite, type Site } from '../../provisioner/site.ts'
import { openState, type State } from '../../provisioner/state.ts'
import type { BootManifest } from '../../schema/types.ts'

/** A directory that is gone when the test is over. */
export const temporaryDirectory = async (): Promise<{ directory: string; remove: () => Promise<void> }> => {
  const directory = await mkdtemp(join(tmpdir(), 'prelude-test-'))
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) }
}

/** Writes files below a directory; a text, or a text with a mode. */
export const writeFiles = async (
  directory: string,
  files: Readonly<Record<string, string | { readonly text: string; readonly mode: number }>>,
): Promise<void> => {
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path)
    await mkdir(dirname(file), { recursive: true })
    if (typeof content === 'string') await writeFile(file, content)
    else await writeFile(file, content.text, { mode: content.mode })
  }
}

/** Two bonded nodes and one with a single card; the image has a playbook with a secret task, a file and a template. */
export const siteFiles = {
  'inventory/hosts.yml': `all:
  children:
    images:
      hosts: {compute: {}}
    nodes:
      children:
        bonded:
          hosts:
            n01: {node_networks: {eno1: {mac: "52:54:00:00:01:01"}, eno2: {mac: "52:54:00:00:01:02"}}}
            n02: {node_networks: {eno1: {mac: "52-54-00-00-02-01"}, eno2: {mac: "52-54-00-00-02-02"}}}
        plain:
          hosts:
            n03: {node_networks: {eno1: {mac: "52:54:00:00:03:01", address: 10.9.0.3/24}}}
`,
  'inventory/group_vars/all.yml': `prelude_server: 10.9.0.254
prelude_domain: test
prelude_dhcp: {mode: server, interface: br0}
prelude_authorized_keys: [ssh-ed25519 AAAA admin]
greeting: hello
`,
  'inventory/group_vars/nodes.yml': `node_image: compute
node_kernel: {args: [quiet, console=ttyS0]}
node_networks:
  eno1: {boot: true}
node_overlays:
  system: [hostname, hosts, ssh_host_keys]
  runtime: [authorized_keys]
node_secrets:
  secrets.yml: {required: true}
  extra.key: {required: false}
`,
  'inventory/group_vars/bonded.yml': `node_kernel: {args: [~quiet, iommu=pt]}
node_networks:
  bond0:
    type: bond
    members: [eno1, eno2]
    mode: 802.3ad
    lacp_rate: fast
    address: "10.9.0.{{ inventory_hostname[1:] | int }}/24"
    gateway: 10.9.0.254
`,
  'playbooks/compute.yml': `- name: build
  hosts: compute
  connection: image
  vars: {place: /etc/demo}
  tasks:
    - name: only in the build
      command: echo build
      tags: build
    - name: write the secret
      copy: {dest: "{{ place }}/key", content: "{{ munge_key }}"}
      tags: [secret, never]
    - name: copy a file
      copy: {src: motd, dest: /etc/motd}
      tags: preboot
    - name: render a template
      template: {src: greeting.j2, dest: /etc/greeting}
      tags: preboot
`,
  'playbooks/files/motd': 'welcome\n',
  'playbooks/files/unused': 'nobody asks for this\n',
  'playbooks/templates/greeting.j2': '{{ greeting }}\n',
} as const

/** A tree that looks like an installed system as far as publishing looks. */
export const treeFiles = {
  'etc/os-release': 'PRETTY_NAME="Test Linux 1"\n',
  'boot/vmlinuz-6.1.0-9': 'kernel 9',
  'boot/initrd.img-6.1.0-9': 'initramfs 9',
  'boot/vmlinuz-6.1.0-10': 'kernel 10',
  'boot/initrd.img-6.1.0-10': 'initramfs 10',
  'usr/bin/tool': { text: '#!/bin/sh\n', mode: 0o755 },
  'proc/should-not-be-there': 'x',
} as const

export type Fixture = {
  readonly directory: string
  readonly inventory: string
  readonly state: State
  readonly site: Site
  readonly image: Image
  readonly services: Services
  readonly logged: LogEntry[]
  /** Moves the services' clock. */
  readonly clock: { now: number }
  remove(): Promise<void>
}

export const openTestSite = (inventory: string): Promise<Site> =>
  loadSite({ inventory: [inventory], vaultSecrets: [], warn: () => {}, environment: {} })

const image = { name: 'compute', playbook: 'playbooks/compute.yml' } as const

/** Publishes the image of a tree; each site of this process gets a copy of both. Beside them is a place for keys of hosts. */
const publish = async (): Promise<string> => {
  const { directory } = await temporaryDirectory()
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
  await writeFiles(join(directory, 'tree'), treeFiles)
  const state = await openState(join(directory, 'state'))
  await publishImage(state, { ...image, tree: join(directory, 'tree') })
  state.close()
  for (const file of await readdir(state.directory))
    if (file.startsWith('prelude.db')) await rm(join(state.directory, file))
  await mkdir(join(directory, 'hostkeys'), { mode: 0o700 })
  return directory
}
let published: Promise<string> | undefined

/** A tree and a state directory with its image. Keys of hosts are slow to make: those of one site are good for all. */
const copyPublished = async (directory: string): Promise<void> => {
  published ??= publish()
  const made = await published
  await tool('cp', ['-a', join(made, 'tree'), join(made, 'state'), directory])
  await symlink(join(made, 'hostkeys'), join(directory, 'state/hostkeys'))
}

/** A site with a published image and everything that handlers need; all of it in one directory. */
export const makeFixture = async (files: Readonly<Record<string, string>> = {}): Promise<Fixture> => {
  const { directory, remove } = await temporaryDirectory()
  await writeFiles(directory, { ...siteFiles, ...files })
  await copyPublished(directory)
  const inventory = join(directory, 'inventory')
  const clock = { now: Date.now() }
  const state = await openState(join(directory, 'state'), () => new Date(clock.now))
  const site = await openTestSite(inventory)
  const logged: LogEntry[] = []
  const log = createLog((entry) => logged.push(entry))
  const services: Services = {
    state,
    site: async () => site,
    ca: 'PEM of the authority',
    bundles: createBundles(state),
    transfers: createAdmission(() => clock.now, log.info),
    log,
    now: () => new Date(clock.now),
    started: new Date(clock.now - 3_600_000),
  }
  return {
    directory,
    inventory,
    state,
    site,
    image: await findImage(state, image.name),
    services,
    logged,
    clock,
    async remove() {
      state.close()
      await remove()
    },
  }
}

/** The manifest in a per-boot initrd. */
export const manifestIn = (archive: Buffer): BootManifest => {
  const start = archive.indexOf('{"version"')
  const header = archive.indexOf('prelude/boot.json') - 110
  const size = Number.parseInt(archive.subarray(header + 54, header + 62).toString(), 16)
  return JSON.parse(archive.subarray(start, start + size).toString())
}
