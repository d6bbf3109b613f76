import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { chooseModules, moduleName, readModuleTree } from '../../../provisioner/initramfs/moduletree.ts'
import { suite } from '../../suite.ts'
import { temporaryDirectory, writeFiles } from '../fixture.ts'

const test = suite('initramfs modules')

const files = {
  'modules.dep': `kernel/fs/xfs/xfs.ko.zst: kernel/lib/libcrc32c.ko.zst
kernel/lib/libcrc32c.ko.zst:
kernel/crypto/crc32c_generic.ko.zst:
kernel/drivers/net/ethernet/one.ko.zst: kernel/drivers/net/mii.ko.zst
kernel/drivers/net/ethernet/vendor/two-cards.ko.zst:
kernel/drivers/net/mii.ko.zst:
kernel/drivers/net/tun.ko.zst:
`,
  'modules.builtin': 'kernel/fs/ext4/ext4.ko\n',
  'modules.softdep': '# soft\nsoftdep libcrc32c pre: crc32c post: nowhere\n',
  'modules.alias': 'alias crc32c crc32c_generic\nalias pci:v00*d01* one\n',
}

const withTree = async (versions: readonly string[], use: (root: string) => Promise<void>): Promise<void> => {
  const { directory, remove } = await temporaryDirectory()
  try {
    for (const version of versions)
      for (const [name, text] of Object.entries(files))
        await writeFiles(directory, { [`usr/lib/modules/${version}/${name}`]: text })
    await use(directory)
  } finally {
    await remove()
  }
}

const failure = async (run: () => unknown): Promise<Failure> => {
  try {
    await run()
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown
    throw thrown
  }
  throw new Error('nothing failed')
}

test('the names of a module are one', () => {
  for (const text of ['nvme-core', 'nvme_core', 'kernel/drivers/nvme/host/nvme-core.ko.xz'])
    assert.is(moduleName(text), 'nvme_core')
})

test('modules come with those they depend on, softly too; directories with all below them', () =>
  withTree(['6.1.0'], async (root) => {
    const tree = await readModuleTree(root)
    const chosen = chooseModules(tree, {
      drivers: ['drivers/net/ethernet'],
      modules: ['xfs', 'unknown'],
      asked: ['ext4'],
    })
    assert.equal(chosen, [
      'kernel/crypto/crc32c_generic.ko.zst',
      'kernel/drivers/net/ethernet/one.ko.zst',
      'kernel/drivers/net/ethernet/vendor/two-cards.ko.zst',
      'kernel/drivers/net/mii.ko.zst',
      'kernel/fs/xfs/xfs.ko.zst',
      'kernel/lib/libcrc32c.ko.zst',
    ])
  }))

test('a module that was asked for and does not exist is told, with the nearest name', () =>
  withTree(['6.1.0'], async (root) => {
    const tree = await readModuleTree(root)
    const { code, message, hint } = await failure(() =>
      chooseModules(tree, { drivers: [], modules: [], asked: ['two-card'] }),
    )
    assert.is(code, 'image.module')
    assert.is(message, "the kernel 6.1.0 has no module 'two-card'")
    assert.is(hint, "did you mean 'two_cards'?")
  }))

test('the newest kernel is taken, and a wrong one is refused with those that are there', () =>
  withTree(['6.1.0-9-amd64', '6.1.0-10-amd64'], async (root) => {
    assert.is((await readModuleTree(root)).version, '6.1.0-10-amd64')
    const { code, hint } = await failure(() => readModuleTree(root, '5.10'))
    assert.is(code, 'image.modules')
    assert.is(hint, 'it has those of 6.1.0-10-amd64, 6.1.0-9-amd64')
  }))

test('a root without a kernel is refused', async () => {
  const { hint } = await failure(() => readModuleTree('/nonexistent'))
  assert.is(hint, 'install a kernel in it')
})

test.run()
