import { setTimeout as delay } from 'node:timers/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { selectNodes } from '../site.ts'
import type { CommonOptions, Opening, Surroundings } from './program.ts'
import { entryLine } from './wait.ts'

const count = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a number')
}

/** How often the history is read while it is followed, in milliseconds. */
const pollEvery = 500

export const eventsCommand = (program: Command, { print, style, stop }: Surroundings, opening: Opening): void => {
  program
    .command('events')
    .description('Show what happened: boots, stages, alarms')
    .argument('[nodes...]', 'names, ranges (n[01-04]) and groups; all nodes when absent')
    .option('-f, --follow', 'go on with what happens from now on')
    .option('-n, --last <number>', 'the last so many', count, 50)
    .action(async (names: string[], own: { follow?: boolean; last: number }, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const wanted =
        names.length === 0
          ? undefined
          : new Set(selectNodes(await opening.site(options), names).map(({ name }) => name))
      const { events } = await opening.state(options)
      let after = 0
      const show = async (limit?: number) => {
        const entries = await events.list({ after })
        after = entries.at(-1)?.id ?? after
        const mine = entries.filter(({ node }) => wanted?.has(node) ?? true)
        for (const entry of limit === undefined ? mine : mine.slice(-limit || mine.length)) {
          print(
            options.json
              ? JSON.stringify(entry)
              : `${entry.received.slice(0, 19).replace('T', ' ')} ${entryLine(entry, style)}`,
          )
        }
      }
      await show(own.last)
      while (own.follow && !stop.aborted) {
        await delay(pollEvery, undefined, { signal: stop }).catch(() => {})
        await show()
      }
    })
}
