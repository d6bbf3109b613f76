import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { magicGroups } from '../inventory/groups.ts'
import { checkArguments } from '../modules/checkarguments.ts'
import { isForeignModule } from '../modules/foreign.ts'
import { isModule, moduleNames } from '../modules/registry.ts'
import { playbookNamed } from '../playbook/collection.ts'
import { createLoader, type PlaybookLoader } from '../playbook/loader.ts'
import { isLookup, lookupNames } from '../vars/lookups/run.ts'
import type { Session } from './session.ts'
import type { Start } from './start.ts'
import type { Surroundings } from './surroundings.ts'

/** Where Ansible keeps what it has installed, unless the configuration says otherwise. */
const defaultPaths = (kind: 'roles' | 'collections' | 'plugins/modules', { environment }: Surroundings): string[] => {
  const own = environment['HOME'] ? [join(environment['HOME'], '.ansible', kind)] : []
  return [...own, `/usr/share/ansible/${kind}`, ...(kind === 'roles' ? ['/etc/ansible/roles'] : [])]
}

const collectionsPathOf = ({ settings, surroundings }: Start): readonly string[] =>
  settings.collectionsPath ?? defaultPaths('collections', surroundings)

/** The file of a playbook: as it is named, or of a collection by its qualified name. */
export const playbookFile = (name: string, begun: Start): string => {
  const roots = collectionsPathOf(begun).map((path) => resolve(begun.surroundings.directory, path))
  return existsSync(resolve(begun.surroundings.directory, name)) ? name : (playbookNamed(name, roots) ?? name)
}

/** What reads the playbooks and roles of a session. */
export const loaderFor = (session: Session): PlaybookLoader => {
  const { site, extraVars, surroundings, settings, modulePath, warn, caution, deprecate } = session
  return createLoader({
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
    collectionsPath: collectionsPathOf(session),
  })
}
