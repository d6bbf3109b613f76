import { type Command, InvalidArgumentError, Option } from 'commander'
import { Failure } from '../../engine/failure.ts'
import { createLog, entryText } from '../../engine/log.ts'
import {
  chooseAcceleration,
  type LabStatus,
  labConsole,
  labDown,
  labPort,
  labPowerOff,
  labPowerOn,
  labStatus,
  labUp,
  loadLabOptions,
} from '../lab/lab.ts'
import type { Node } from '../node/node.ts'
import { selectNodes } from '../site.ts'
import type { State } from '../state.ts'
import { serveInLab } from './labserve.ts'
import { labDirectory, labOptions } from './labsite.ts'
import { siteSources } from './open.ts'
import type { CommonOptions, Opening, Surroundings } from './program.ts'
import { type Cell, table } from './table.ts'
import { openWindow, powerNote } from './window.ts'

const index = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a number from 0')
}

export const labCommands = (program: Command, surroundings: Surroundings, opening: Opening): void => {
  const { print, complain, style } = surroundings
  const lab = program.command('lab').description('A virtual cluster of the nodes, in a network namespace of its own')
  const log = createLog((entry) => complain(entryText(entry)))
  const patterns = 'names, ranges (n[01-04]) and groups; all nodes when absent'
  const directoryOf = async (options: CommonOptions): Promise<string> =>
    labDirectory(await opening.site(options), (await opening.state(options)).directory)

  lab
    .command('up')
    .description('Bring the lab up, start the provisioner in it and power nodes on; what stands already is kept')
    .argument('[nodes...]', patterns)
    .addOption(new Option('--accel <kind>', 'prelude_lab.acceleration').choices(['tcg', 'kvm', 'auto']))
    .option('--no-power', 'power no node on')
    .action(async (names: string[], own: { accel?: 'tcg' | 'kvm' | 'auto'; power: boolean }, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const site = await opening.site(options)
      const nodes = selectNodes(site, names)
      const state = await opening.state(options)
      const acceleration = await chooseAcceleration(own.accel ?? site.settings.lab?.acceleration ?? 'tcg', log)
      const wanted = labOptions(site, state.directory, acceleration)
      await labUp(wanted, log)
      const { inventory } = await siteSources(options, surroundings)
      let changed = await serveInLab(wanted, state.directory, inventory, options, surroundings)
      if (changed) print(`provisioner: started, its log is ${state.directory}/run/provision.log`)
      for (const node of own.power ? nodes : []) {
        if (!(await powerOn(state, node, () => labPowerOn(wanted, node.name, log)))) continue
        changed = true
        print(`${node.name}: powered on`)
      }
      if (!changed) print('unchanged: the lab is up')
    })

  lab
    .command('status')
    .description("Show nodes, the switch's view of them and the last line of their consoles")
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const status = await labStatus(await directoryOf(options))
      if (options.json) return print(JSON.stringify(status, null, 2))
      print(`${style.strong(status.name)} in ${status.directory} (${status.acceleration})`)
      print(
        `namespace ${status.namespace.name}: ${status.namespace.stands ? `${status.namespace.processes} processes` : 'is not there'}`,
      )
      print(`switch: ${status.switch.answers ? `answers, ${status.switch.address}` : 'does not answer'}`)
      for (const line of table(['NODE', 'POWER', 'PORTS', 'LACP', 'CONSOLE'], status.nodes.map(rowOf), style))
        print(line)
    })

  lab
    .command('console')
    .description('Attach to the console of a node; Ctrl-] leaves')
    .argument('<node>', 'name of the node')
    .option('--follow', 'follow the log of the console instead of attaching to it')
    .action(async (name: string, own: { follow?: boolean }, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      await surroundings.console(own.follow === true, (streams) =>
        directoryOf(options).then((directory) => labConsole(directory, name, streams)),
      )
    })

  lab
    .command('power')
    .description('Switch nodes on or off, or off and on')
    .argument('<nodes>', 'name, range (n[01-04]) or group; several joined by commas')
    .argument('<action>', 'on, off or cycle')
    .action(async (pattern: string, action: string, _, command: Command) => {
      if (!['on', 'off', 'cycle'].includes(action)) {
        throw new Failure('cli.argument', `'${action}' is no power action`, { hint: 'on, off or cycle' })
      }
      const options = command.optsWithGlobals<CommonOptions>()
      const nodes = selectNodes(await opening.site(options), [pattern])
      const state = await opening.state(options)
      const wanted = loadLabOptions(await directoryOf(options))
      for (const node of nodes) {
        const wasOn = action !== 'on' && (await labPowerOff(wanted, node.name, log))
        const isOn = action !== 'off' && (await powerOn(state, node, () => labPowerOn(wanted, node.name, log)))
        print(`${node.name}: ${isOn ? 'powered on' : wasOn ? 'powered off' : 'unchanged'}`)
      }
    })

  lab
    .command('port')
    .description("Plug in or pull the cable of a node's card")
    .argument('<node>', 'name of the node')
    .argument('<card>', 'number of the card, from 0', index)
    .argument('<state>', 'up or down')
    .action(async (name: string, card: number, wanted: string, _, command: Command) => {
      if (wanted !== 'up' && wanted !== 'down')
        throw new Failure('cli.argument', `'${wanted}' is no state of a port`, { hint: 'up or down' })
      const options = command.optsWithGlobals<CommonOptions>()
      await labPort(loadLabOptions(await directoryOf(options)), name, card, wanted)
      print(`${name}: card ${card} ${wanted === 'up' ? 'plugged in' : 'pulled'}`)
    })

  lab
    .command('down')
    .description('Take the lab down, the provisioner in it too; nothing of it is left but the logs of the consoles')
    .action(async (_, command: Command) => {
      await labDown(await directoryOf(command.optsWithGlobals<CommonOptions>()), log)
      print('the lab is down')
    })
}

/** Powers a node on by our own hand: its window opens, and `node wait` looks at the boot that follows. */
const powerOn = async (state: State, node: Node, power: () => Promise<boolean>): Promise<boolean> => {
  await openWindow(state, node)
  const isNew = await power()
  if (isNew) await powerNote(state, node.name)
  return isNew
}

const rowOf = (node: LabStatus['nodes'][number]): Cell[] => [
  node.name,
  node.power,
  node.ports
    .map(({ name, cable, carrier }) => `${name}${cable === 'pulled' ? ' pulled' : carrier ? '' : ' no carrier'}`)
    .join(', '),
  node.bond ? String(node.bond.lacp) : '',
  node.console?.text ?? '',
]
