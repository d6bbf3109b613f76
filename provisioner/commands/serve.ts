import type { Command } from 'commander'
import { InvalidArgumentError, Option } from 'commander'
import { createLog, textSink } from '../../engine/log.ts'
import { serve } from '../serve.ts'
import { siteSources, stateDirectory } from './open.ts'
import type { CommonOptions, Opening, Surroundings } from './program.ts'

const port = (text: string): number => {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 0 && number < 65536) return number
  throw new InvalidArgumentError('a port is a number from 0 (any free one) to 65535')
}

type Options = CommonOptions & {
  readonly listen?: string
  readonly httpPort?: number
  readonly httpsPort?: number
  readonly dhcp?: 'none' | 'server' | 'proxy'
  readonly interface?: string
}

export const serveCommand = (program: Command, surroundings: Surroundings, opening: Opening): void => {
  program
    .command('serve')
    .description('Serve the site: DHCP, boot scripts, images, overlays, secrets, events')
    .option('--listen <address>', 'address to listen on (prelude_server)')
    .option('--http-port <port>', 'port of the plain listener (prelude_http_port)', port)
    .option('--https-port <port>', 'port of the authenticated listener (prelude_https_port)', port)
    .addOption(new Option('--dhcp <mode>', 'DHCP and TFTP (prelude_dhcp.mode)').choices(['none', 'server', 'proxy']))
    .option('--interface <name>', 'interface to serve DHCP on (prelude_dhcp.interface)')
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const log = createLog(textSink((line) => surroundings.complain(line.trimEnd()), options.json === true))
      const { listen, httpPort, httpsPort, dhcp } = options
      await serve(
        {
          sources: await siteSources(options, surroundings),
          state: await stateDirectory(options, opening),
          log,
          ...(listen === undefined ? {} : { listen }),
          ...(httpPort === undefined ? {} : { httpPort }),
          ...(httpsPort === undefined ? {} : { httpsPort }),
          ...(dhcp === undefined ? {} : { dhcp }),
          ...(options.interface === undefined ? {} : { interface: options.interface }),
        },
        surroundings.stop,
        (ready) =>
          surroundings.print(options.json ? JSON.stringify(ready) : `ready: http ${ready.http}, https ${ready.https}`),
      )
    })
}
