import packageJson from '../package.json' with { type: 'json' }

export const main = async (argv: readonly string[]): Promise<number> => {
  process.stdout.write(`prelude-agent ${packageJson.version} ${process.argv0} ${JSON.stringify(process.argv)}\n`)
  return argv.length
}
