import { join, resolve } from 'node:path'
import { magicGroups } from '../inventory/groups.ts'
import { checkArguments } from '../modules/checkarguments.ts'
import { isForeignModule } from '../modules/foreign.ts'
import { isModule, moduleNames } from '../modules/registry.ts'
import { createLoader, type PlaybookLoader } from '../playbook/loader.ts'
import { isLookup, lookupNames } from '../vars/lookups/run.ts'
import type { Session } from './session.ts'
import type { Surroundings } from './surroundings.ts'

/** Where Ansible keeps what it has installed, unless the configuration says otherwise. */
const defaultPaths = (kind: 'roles' | 'collections' | 'plugins/modules', { environment }: Surroundings): string[] => {
  const own = environment['HOME'] ? [join(environment['HOME'], '.ansible', kind)] : []
  return [...own, `/usr/share/ansible/${kind}`, ...(kind === 'roles' ? ['/etc/ansible/roles'] : [])]
}

/** What reads the playbooks and roles of a session. */
export const loaderFor = ({
  site,
  extraVars,
  surroundings,
  settings,
  modulePath,
  warn,
  caution,
  deprecate,
}: Session): PlaybookLoader =>
  createLoader({
    isModule,
    isForeignModule,
    caution,
    deprecate,
    moduleNames,
    isLookup,
    lookupNames,
    checkArguments,
    templar: site.templar,
    decrypt: site.decrypt,
    decryptFile: site.decryptFile,
    warn,
    extraVars,
    magic: (name) => (name === 'groups' ? magicGroups(site.inventory) : undefined),
    rolesPath: [...(settings.rolesPath ?? defaultPaths('roles', surroundings)), join(surroundings.home, 'roles')],
    libraries: [
      ...modulePath.map((path) => resolve(surroundings.directory, path)),
      ...(settings.library ?? defaultPaths('plugins/modules', surroundings)),
    ],
    collectionsPath: settings.collectionsPath ?? defaultPaths('collections', surroundings),
  })
