import { rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Fixture, makeFixture, treeFiles, writeFiles } from '../../provisioner/fixture.ts'

const overlay = join('inventory', 'overlays', 'demo')

/** A site with an image, nodes and overlays; `names` are what the cases of modules call its parts. */
export type ProvisionerSite = Fixture & { readonly names: Readonly<Record<string, string>> }

/** The site is gone when the process is: cases are registered before a suite has hooks. */
export const makeProvisionerSite = async (): Promise<ProvisionerSite> => {
  const fixture = await makeFixture({
    'inventory/host_vars/n03.yml': 'node_networks: {eno1: {address: 127.0.0.1/8}}\n',
    [join(overlay, 'overlay.yml')]:
      "description: a demo\nmodes: {etc/key: '0600', etc: '0755'}\nunits: {etc/demo.conf: [demo.service]}\n",
    [join(overlay, 'etc/demo.conf.j2')]: 'node = {{ inventory_hostname }}\n',
    [join(overlay, 'etc/key')]: 'private\n',
    'inventory/overlays/more/etc/demo.conf': 'more\n',
    'inventory/overlays/clash/etc': 'a file\n',
    'inventory/overlays/usr/lib': 'a file\n',
  })
  await writeFile(join(fixture.directory, overlay, 'etc/binary'), Buffer.from([0xff, 0x00, 0xfe]))
  await writeFiles(join(fixture.directory, 'other'), treeFiles)
  const names = {
    $SITE: fixture.directory,
    $INVENTORY: fixture.inventory,
    $STATE: fixture.state.directory,
    $PROVISION: join(import.meta.dirname, '../../../bin/provision'),
  }
  process.on('exit', () => rmSync(fixture.directory, { recursive: true, force: true }))
  return { ...fixture, names }
}
