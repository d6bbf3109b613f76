import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execute, tool } from '../../engine/process.ts'
import { encryptVault } from '../../engine/vars/vault.ts'
import type { Entry } from '../../provisioner/store/events.ts'
import { type Space, userNetwork } from './space.ts'

const root = join(import.meta.dirname, '..', '..')

export type TestNode = {
  /** Variables of the node: prelude_boot, node_secrets, what the playbook asks for. */
  readonly variables: Readonly<Record<string, unknown>>
}

export type TestSite = {
  /** The initrd of a boot of the node, fetched as its firmware would, and QEMU's arguments for its card. */
  boot(node: string): Promise<{ readonly initrd: string; readonly qemu: string[]; readonly args: string }>
  /** What the provisioner wrote down of a node. */
  events(node: string): Promise<readonly Entry[]>
}

const vaultPassword = 'the password of the vault'

export type SiteParts = {
  readonly work: string
  readonly space: Space
  /** Tree of the image. */
  readonly tree: string
  readonly nodes: Readonly<Record<string, TestNode>>
  readonly playbook: string
  readonly secrets: Readonly<Record<string, string | Buffer>>
  /** A variable of all nodes that is in a vault. */
  readonly vaulted: string
}

const macOf = (index: number): string => `52:54:00:00:00:${(16 + index).toString(16)}`

const hostsOf = (nodes: SiteParts['nodes']): unknown => ({
  all: {
    children: {
      images: { hosts: { small: {} } },
      nodes: {
        hosts: Object.fromEntries(
          Object.entries(nodes).map(([name, { variables }], index) => [
            name,
            {
              node_image: 'small',
              // no address: QEMU's network gives one by DHCP, and shows another to the provisioner
              node_networks: { eth0: { mac: macOf(index), boot: true } },
              ...variables,
            },
          ]),
        ),
      },
    },
  },
})

/** A provisioner with a published image, in a namespace of its own, as `provision` makes and serves it. */
export const serveSite = async (parts: SiteParts): Promise<TestSite> => {
  const { work, space, tree, nodes } = parts
  const [directory, state] = [join(work, 'site'), join(work, 'state')]
  const inventory = join(directory, 'inventory')
  await mkdir(join(inventory, 'group_vars'), { recursive: true })
  await mkdir(join(directory, 'playbooks'))
  await writeFile(join(work, 'vault'), vaultPassword, { mode: 0o600 })
  await writeFile(join(inventory, 'hosts.yml'), JSON.stringify(hostsOf(nodes)))
  const secret = { id: 'default', password: Buffer.from(vaultPassword) }
  const vault = encryptVault(Buffer.from(parts.vaulted), secret).replace(/^/gm, '  ')
  await writeFile(join(inventory, 'group_vars/all.yml'), `prelude_server: 10.0.2.2\nvaulted_text: !vault |\n${vault}\n`)
  await writeFile(join(directory, 'playbooks/small.yml'), parts.playbook)
  const common = ['-i', inventory, '--state', state]
  const provision = (args: readonly string[], stdin?: string | Buffer) =>
    tool(join(root, 'bin/provision'), [...args, ...common], {
      cwd: directory,
      ...(stdin === undefined ? {} : { stdin }),
    })
  await mkdir(join(tree, 'boot'), { recursive: true })
  // a published image has a kernel; the guests take theirs from the test
  for (const name of ['vmlinuz-6.1.0-1', 'initrd.img-6.1.0-1']) await writeFile(join(tree, 'boot', name), name)
  await provision(['image', 'publish', tree, '--name', 'small', '--playbook', 'playbooks/small.yml'])
  for (const [name, content] of Object.entries(parts.secrets)) await provision(['secrets', 'set', name], content)
  const server = space.start(
    [
      ...[join(root, 'bin/provision'), 'serve', '--listen', '127.0.0.1', ...common],
      ...['--vault-password-file', join(work, 'vault')],
    ],
    { cwd: directory },
  )
  await server.hears(/ready/, 30_000)
  const fetch = async (url: string, file: string): Promise<void> => {
    const [enter = '', ...args] = space.enter
    await tool(enter, [...args, 'curl', '--silent', '--show-error', '--fail', '--output', file, url])
  }
  return {
    async boot(node) {
      const index = Object.keys(nodes).indexOf(node)
      const scriptFile = join(work, `${node}.ipxe`)
      await fetch(`http://127.0.0.1:9873/boot/ipxe?mac=${macOf(index)}`, scriptFile)
      const text = await tool('cat', [scriptFile])
      const path = /\/boot\/initrd\/\S+/.exec(text)?.[0]
      if (path === undefined) throw new Error(`no boot for ${node}:\n${text}\n${server.said()}`)
      const initrd = join(work, `${node}.initrd`)
      await fetch(`http://127.0.0.1:9873${path}`, initrd)
      // as the script has it, but for the panics that the guest itself ends with
      const args = /initrd=boot (.*?) \|\| goto/.exec(text)?.[1]?.replace(/\bpanic=\S+ ?/, '') ?? ''
      return { initrd, qemu: userNetwork(macOf(index)), args }
    },
    async events(node) {
      const { stdout } = await execute(
        join(root, 'bin/provision'),
        ['events', node, '--last', '500', '--json', ...common],
        {
          cwd: directory,
        },
      )
      return stdout
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line))
    },
  }
}

/** A copy of a root tree that may be changed. */
export const copyTree = (from: string, to: string): Promise<void> => cp(from, to, { recursive: true })
