import { type Command, InvalidArgumentError } from 'commander'
import { Failure } from '../../engine/failure.ts'
import { fields } from '../../engine/inventory/node/merge.ts'
import { positionText } from '../../engine/report/failure.ts'
import type { Style } from '../../engine/report/style.ts'
import type { StageState } from '../../schema/types.ts'
import { nodeStatus, stagesOf } from '../events/status.ts'
import { type Condition, countText, isTrouble, statusWords } from '../events/words.ts'
import { primaryInterface, speakingInterface } from '../node/interfaces.ts'
import type { Node } from '../node/node.ts'
import { selectNodes } from '../site.ts'
import type { CommonOptions, Opening, Surroundings } from './program.ts'
import { type Cell, table } from './table.ts'
import { waitForNodes } from './wait.ts'
import { openWindow } from './window.ts'

const seconds = (text: string): number => {
  const number = Number(text)
  if (number > 0) return number
  throw new InvalidArgumentError('a number of seconds')
}

const stageCell = (state: StageState, style: Style): Cell => {
  const as = { ready: style.ok, failed: style.failed, degraded: style.changed }[state as string]
  return as ? { text: state, as } : state
}

const conditionCell = (condition: Condition, style: Style): Cell => {
  const as = { ready: style.ok, failed: style.failed, silent: style.failed, degraded: style.changed }[
    condition as string
  ]
  return as ? { text: condition, as } : condition
}

/** What `node show` leaves out: it may be printed, logged and pasted. */
const hidden = (path: readonly (string | number)[]): boolean => path.join('.') === 'bmc.password'

export const nodeCommands = (program: Command, surroundings: Surroundings, opening: Opening): void => {
  const { print, style } = surroundings
  const node = program.command('node').description('Nodes: hosts of the inventory with a node_image')
  const patterns = 'names, ranges (n[01-04]) and groups; all nodes when absent'
  const chosen = async (options: CommonOptions, names: readonly string[]) =>
    selectNodes(await opening.site(options), names)

  node
    .command('list')
    .description('List nodes')
    .argument('[nodes...]', patterns)
    .action(async (names: string[], _, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const nodes = await chosen(options, names)
      if (options.json) return print(JSON.stringify(nodes.map(withoutSecrets), null, 2))
      const rows = nodes.map((each) => [
        each.name,
        each.record.image,
        each.mac,
        primaryInterface(each.interfaces)?.address ?? '',
        speakingInterface(each.interfaces)?.name ?? '',
        each.groups.filter((group) => group !== 'all').join(','),
      ])
      for (const line of table(['NODE', 'IMAGE', 'MAC', 'ADDRESS', 'OVER', 'GROUPS'], rows, style)) print(line)
    })

  node
    .command('show')
    .description('Show the merged record of nodes, and where each field comes from')
    .argument('<nodes...>', patterns)
    .action(async (names: string[], _, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const nodes = await chosen(options, names)
      if (options.json) return print(JSON.stringify(nodes.map(withoutSecrets), null, 2))
      const { directory } = await opening.site(options)
      for (const each of nodes) {
        print(style.strong(each.name))
        const rows = [...fields(each.merged)].map(({ path, value, origin }) => [
          `  ${path.join('.')}`,
          hidden(path) ? '***' : typeof value === 'string' ? value : JSON.stringify(value),
          origin.at ? positionText(origin.at, directory) : origin.source,
        ])
        for (const line of table(['  FIELD', 'VALUE', 'FROM'], rows, style)) print(line)
      }
    })

  node
    .command('status')
    .description('Show where nodes are in their latest boot')
    .argument('[nodes...]', patterns)
    .option('--stages', 'show every stage of it, with its milliseconds')
    .option('--trouble', 'show only nodes that somebody should look at: failed, silent, degraded, with an alarm')
    .action(async (names: string[], own: { stages?: boolean; trouble?: boolean }, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const nodes = (await chosen(options, names)).map(({ name }) => name)
      const state = await opening.state(options)
      if (own.stages) {
        const stages = (await Promise.all(nodes.map((name) => stagesOf(state, name)))).flat()
        if (options.json) return print(JSON.stringify(stages, null, 2))
        const rows = stages.map((stage) => [
          stage.node,
          stage.stage,
          stageCell(stage.state, style),
          stage.ms === undefined ? '' : String(Math.round(stage.ms)),
          stage.message ?? '',
        ])
        for (const line of table(['NODE', 'STAGE', 'STATE', 'MS', 'MESSAGE'], rows, style)) print(line)
        return
      }
      const now = new Date()
      const all = (await nodeStatus(state, nodes, now)).map((status) => ({ status, words: statusWords(status, now) }))
      const shown = own.trouble ? all.filter(({ status, words }) => isTrouble(status, words)) : all
      if (options.json)
        return print(
          JSON.stringify(
            shown.map(({ status, words }) => ({ ...status, condition: words.condition })),
            null,
            2,
          ),
        )
      const rows = shown.map(({ status, words }) => [
        status.node,
        conditionCell(words.condition, style),
        `${status.stage ?? ''} ${status.state ?? ''}`.trim(),
        status.ms === undefined ? '' : String(Math.round(status.ms)),
        status.attempts === undefined ? '' : String(status.attempts),
        words.seen,
        words.message,
      ])
      for (const line of table(['NODE', 'CONDITION', 'STAGE', 'MS', 'TRY', 'SEEN', 'MESSAGE'], rows, style)) print(line)
      if (all.length > 1) print(countText(all.map(({ words }) => words.condition)))
    })

  node
    .command('open')
    .description(
      'Open the provisioning window of nodes: they may boot within the next minutes (prelude_boot.window: power)',
    )
    .argument('<nodes...>', patterns)
    .option('--minutes <number>', 'how long (prelude_boot.minutes)', seconds)
    .action(async (names: string[], own: { minutes?: number }, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const nodes = await chosen(options, names)
      const state = await opening.state(options)
      for (const each of nodes)
        print(`${each.name}: open until ${(await openWindow(state, each, own.minutes)).toISOString()}`)
    })

  node
    .command('wait')
    .description('Wait until nodes are ready; fails as soon as the boot of one of them failed')
    .argument('<nodes...>', patterns)
    .option('--timeout <seconds>', 'how long to wait', seconds, 600)
    .option(
      '--since <time>',
      'only boots that began then or later (ISO 8601); those since the node was last powered on when absent',
    )
    .action(async (names: string[], own: { timeout: number; since?: string }, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const nodes = (await chosen(options, names)).map(({ name }) => name)
      const since = own.since === undefined ? undefined : new Date(own.since)
      if (since && Number.isNaN(since.getTime())) {
        throw new Failure('cli.time', `'${own.since}' is no time`, { hint: 'write it as 2026-01-31T12:00:00Z' })
      }
      const wait = { nodes, timeout: own.timeout, json: options.json === true, ...(since ? { since } : {}) }
      await waitForNodes(await opening.state(options), wait, surroundings)
    })
}

/** A node for machines to read: its record with the BMC's password hidden. */
const withoutSecrets = (node: Node) => ({
  ...node.record,
  ...(node.record.bmc?.password === undefined ? {} : { bmc: { ...node.record.bmc, password: '***' } }),
  origins: Object.fromEntries(
    [...fields(node.merged)].map(({ path, origin }) => [
      path.join('.'),
      origin.at ? positionText(origin.at) : origin.source,
    ]),
  ),
})
