import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import { Failure } from '../../engine/failure.ts'
import { cpio, type Member } from '../boot/cpio.ts'
import { type Contents, createContents, type Part } from './contents.ts'
import { takeModules } from './modules.ts'
import { chooseModules, type ModuleTree, readModuleTree } from './moduletree.ts'
import { agentDirectory, type Needs, readNeeds } from './needs.ts'
import { openPrograms } from './programs.ts'

export type InitramfsRequest = {
  /** Root directory of the installed system that it is made from. */
  readonly root: string
  /** Kernel release; the newest of the root when it is not given. */
  readonly kernel?: string | undefined
  /** The agent's executable; the root's own when it is not given. */
  readonly agent?: string | undefined
  /** Further kernel modules. */
  readonly modules?: readonly string[]
  /** Whether firmware that the modules name goes in. */
  readonly firmware?: boolean
  /** Compression level of zstd, 1 to 19. */
  readonly level?: number
}

export type PartSize = { readonly part: Part; readonly files: number; readonly size: number; readonly packed: number }

export type Initramfs = {
  readonly kernel: string
  readonly archive: Buffer
  readonly parts: readonly PartSize[]
  /** Optional programs that the root lacks. */
  readonly withoutPrograms: readonly string[]
  /** Firmware that modules name and the root lacks. */
  readonly withoutFirmware: readonly string[]
}

/** Where the agent lies in a root and in its initramfs. */
const agentPath = 'usr/lib/prelude/prelude-agent'

const defaultLevel = 9

/** Mount points of the early file system, and the two devices that the first process has before it mounts anything. */
const skeleton: readonly Member[] = [
  ...['dev', 'proc', 'sys', 'run', 'tmp', 'root', 'sysroot', 'var'].map((path) => ({ path, mode: 0o755 })),
  { path: 'dev/console', mode: 0o600, device: [5, 1] },
  { path: 'dev/null', mode: 0o666, device: [1, 3] },
  { path: 'var/run', link: '/run' },
  { path: 'etc/passwd', mode: 0o644, content: Buffer.from('root:x:0:0:root:/root:/bin/sh\n') },
  { path: 'etc/group', mode: 0o644, content: Buffer.from('root:x:0:\n') },
]

/** What dracut's own modules do elsewhere. */
const ownPrograms = ['mknod', 'switch_root']

/** Links of a merged /usr: programs call each other by either name. */
const mergedLinks = ['bin', 'sbin', 'lib', 'lib64']

const takeAgent = async (contents: Contents, root: string, file: string | undefined): Promise<Buffer> => {
  const place = file ?? join(root, (await contents.resolve(agentPath)) ?? agentPath)
  const content = await readFile(place).catch((cause: unknown) => {
    throw new Failure('image.agent', `there is no agent at ${place}`, {
      cause,
      hint: 'name the executable with --agent, or let the role initramfs install it in the image',
    })
  })
  contents.put('agent', { path: agentPath, mode: 0o755, content })
  return content
}

const takePrograms = async (contents: Contents, root: string, needs: Needs, agent: Buffer): Promise<string[]> => {
  const programs = await openPrograms(root, contents)
  for (const link of mergedLinks) {
    const target = await contents.link(link)
    if (target !== undefined) contents.put('base', { path: link, link: target })
  }
  await programs.takeNeeds(agentPath, agent)
  const lacking: string[] = []
  for (const name of [...needs.program, ...ownPrograms]) if (!(await programs.take(name))) lacking.push(name)
  if (lacking.length > 0)
    throw new Failure('image.program', `${root} lacks programs that the agent calls: ${lacking.join(', ')}`, {
      hint: 'install their packages in the image (util-linux, iproute2, kmod, coreutils)',
    })
  await programs.takeLibraries(needs.library)
  const without: string[] = []
  for (const name of needs.optional) if (!(await programs.take(name))) without.push(name)
  return without
}

/** Configuration of programs and modules. */
const takeFiles = async (contents: Contents, needs: Needs): Promise<void> => {
  for (const file of needs.file) await contents.take('programs', file)
  for (const directory of ['etc/modprobe.d', 'usr/lib/modprobe.d', 'lib/modprobe.d'])
    for (const name of await contents.list(directory))
      if (name.endsWith('.conf')) await contents.take('programs', join(directory, name))
}

/** The script that the kernel starts, and what it mounts. */
const takeInit = async (contents: Contents): Promise<void> => {
  const own = (name: string) => readFile(join(agentDirectory, 'initramfs', name))
  contents.put('base', { path: 'init', mode: 0o755, content: await own('init') })
  contents.put('base', { path: 'etc/fstab', mode: 0o644, content: await own('fstab') })
}

/** In this order: what stands in the directories and behind the links of the base comes after it. */
const order: readonly Part[] = ['base', 'programs', 'modules', 'firmware', 'agent']

/** Each part is a whole archive of its own: they are packed side by side, and a part that stays the same stays the same. */
const pack = async (contents: Contents, level: number): Promise<readonly (PartSize & { bytes: Buffer })[]> => {
  const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 }
  const packPart = async (part: Part) => {
    const members = contents.members(part)
    const archive = cpio(members)
    const bytes = await promisify(zstdCompress)(archive, { params })
    return { part, files: members.length, size: archive.length, packed: bytes.length, bytes }
  }
  return Promise.all(order.filter((part) => contents.members(part).length > 0).map(packPart))
}

/**
 * Makes the minimal initramfs of a root: the agent as it is, byte by byte, what it calls, the kernel's modules. The same
 * root gives the same bytes. Throws a Failure 'image.…' when the root lacks something that a boot needs.
 */
export const buildInitramfs = async (request: InitramfsRequest): Promise<Initramfs> => {
  const { root, modules = [], firmware = false, level = defaultLevel } = request
  const needs = await readNeeds()
  const tree: ModuleTree = await readModuleTree(root, request.kernel)
  const contents = createContents(root)
  for (const member of skeleton) contents.put('base', member)
  await takeInit(contents)
  const agent = await takeAgent(contents, root, request.agent)
  const withoutPrograms = await takePrograms(contents, root, needs, agent)
  await takeFiles(contents, needs)
  const chosen = chooseModules(tree, { drivers: needs.driver, modules: needs.module, asked: modules })
  const withoutFirmware = await takeModules(contents, root, tree, chosen, { firmware, level })
  const packed = await pack(contents, level)
  return {
    kernel: tree.version,
    archive: Buffer.concat(packed.map(({ bytes }) => bytes)),
    parts: packed.map(({ part, files, size, packed }) => ({ part, files, size, packed })),
    withoutPrograms,
    withoutFirmware,
  }
}
