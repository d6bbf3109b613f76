import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { install } from '../content/install.ts'
import { readRequirements } from '../content/requirements.ts'
import { start } from './start.ts'
import type { Surroundings } from './surroundings.ts'

type Flags = { roleFile: string; rolesPath?: string; collectionsPath?: string; force?: boolean }

const installAll = async (flags: Flags, surroundings: Surroundings): Promise<void> => {
  const { settings } = await start(surroundings)
  const { directory, out } = surroundings
  const file = resolve(directory, flags.roleFile)
  const options = {
    rolesPath: resolve(directory, flags.rolesPath ?? settings.rolesPath?.[0] ?? join(dirname(file), 'roles')),
    collectionsPath: resolve(
      directory,
      flags.collectionsPath ?? settings.collectionsPath?.[0] ?? join(dirname(file), 'collections'),
    ),
    directory: dirname(file),
    force: flags.force ?? false,
  }
  for (const requirement of await readRequirements(file)) {
    const { path, isNew } = await install(requirement, options)
    out(`${requirement.name}: ${isNew ? 'installed in' : 'is already in'} ${path}\n`)
  }
}

/** `play roles install`: the roles and collections that a site asks for, from git repositories and archives. */
export const rolesCommand = (program: Command, surroundings: Surroundings): void => {
  const roles = program.command('roles').description('Roles and collections that a site asks for.')
  roles
    .command('install')
    .description('Installs what a requirements file names, from git repositories and tar archives.')
    .option('-r, --role-file <file>', 'the requirements file', 'requirements.yml')
    .option('-p, --roles-path <directory>', 'where roles go; `roles` beside the file unless ansible.cfg says otherwise')
    .option('--collections-path <directory>', 'where collections go; `collections` beside the file')
    .option('-f, --force', 'install anew what is there already')
    .action(async (flags: Flags) => installAll(flags, surroundings))
}
