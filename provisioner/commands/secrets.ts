import type { Command } from 'commander'
import { Failure } from '../../engine/failure.ts'
import { type SecretScope, secretStore } from '../secrets/store.ts'
import type { CommonOptions, Opening, Surroundings } from './program.ts'
import { table } from './table.ts'

type Scoped = CommonOptions & { readonly node?: string; readonly group?: string }

const scopeOf = ({ node, group }: Scoped): SecretScope => {
  if (node !== undefined && group !== undefined) {
    throw new Failure('cli.argument', 'a secret is for a node or for a group, not for both', { hint: 'set it twice' })
  }
  if (node !== undefined) return { kind: 'node', name: node }
  return group === undefined ? { kind: 'site' } : { kind: 'group', name: group }
}

const shown = (scope: SecretScope): string => (scope.kind === 'site' ? 'all nodes' : `${scope.kind} ${scope.name}`)

export const secretsCommands = (program: Command, surroundings: Surroundings, opening: Opening): void => {
  const { print, style } = surroundings
  const secrets = program.command('secrets').description('Secrets that nodes fetch while they boot (node_secrets)')
  const storeOf = async (options: CommonOptions) => secretStore((await opening.state(options)).directory)
  const scoped = (command: Command): Command =>
    command.option('--node <name>', 'for this node alone').option('--group <name>', 'for the nodes of this group')

  scoped(secrets.command('set'))
    .description('Store a secret; its content is read from standard input, all of it')
    .argument('<name>', 'file name below /secrets of the node')
    .action(async (name: string, _, command: Command) => {
      const options = command.optsWithGlobals<Scoped>()
      const content = await surroundings.read()
      if (content.length === 0) {
        throw new Failure('secrets.empty', 'there is nothing on standard input', {
          hint: `provision secrets set ${name} < FILE`,
        })
      }
      const scope = scopeOf(options)
      await (await storeOf(options)).set({ name, scope }, content)
      content.fill(0)
      print(`${name}: set for ${shown(scope)}`)
    })

  secrets
    .command('list')
    .description('List secrets; their contents are never shown')
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const entries = await (await storeOf(options)).list()
      if (options.json) return print(JSON.stringify(entries, null, 2))
      for (const line of table(
        ['SECRET', 'FOR'],
        entries.map(({ name, scope }) => [name, shown(scope)]),
        style,
      ))
        print(line)
    })

  scoped(secrets.command('remove'))
    .description('Remove a secret')
    .argument('<name>', 'its name')
    .action(async (name: string, _, command: Command) => {
      const options = command.optsWithGlobals<Scoped>()
      const scope = scopeOf(options)
      const wasThere = await (await storeOf(options)).remove({ name, scope })
      if (!wasThere)
        throw new Failure('secrets.unknown', `there is no secret '${name}' for ${shown(scope)}`, {
          hint: 'provision secrets list',
        })
      print(`${name}: removed for ${shown(scope)}`)
    })
}
