import { sh } from '../command.ts'
import { Failure } from '../failure.ts'
import { toPlain } from '../vars/value.ts'
import type { Host } from './module.ts'

/** How a module reaches the provisioner: by its command line, where the task runs. */
export type ProvisionerParameters = {
  readonly executable?: string
  readonly inventory?: readonly string[]
  readonly state_directory?: string
  readonly vault_password_file?: readonly string[]
}

type Words = readonly [string, ...string[]]

const variable = async (host: Host, source: string): Promise<unknown> =>
  toPlain(await host.controller.expression(source))

const texts = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String)

const siteOptions = async (host: Host, params: ProvisionerParameters): Promise<string[]> => {
  const inventory = params.inventory ?? texts(await variable(host, 'ansible_inventory_sources | default([])'))
  return [
    ...inventory.flatMap((source) => ['--inventory', source]),
    ...(params.vault_password_file ?? []).flatMap((file) => ['--vault-password-file', file]),
  ]
}

/** The command and its options: those of the task, else what this run of `play` knows. */
const commandLine = async (
  host: Host,
  params: ProvisionerParameters,
  words: Words,
  needsSite: boolean,
): Promise<string[]> => {
  const executable = params.executable ?? String(await variable(host, "prelude_home ~ '/bin/provision'"))
  const state =
    params.state_directory ?? (needsSite ? '' : String(await variable(host, "prelude_state | default('', true)")))
  return [
    executable,
    ...words,
    ...(state === '' ? [] : ['--state', state]),
    // The state directory is also a setting of the site.
    ...(needsSite || state === '' ? await siteOptions(host, params) : []),
    '--json',
  ]
}

/**
 * Runs `provision NOUN VERB --json` where the task runs and returns what it prints. `operands` are names, never options; without
 * `needsSite` the state directory alone is enough. Throws a Failure 'module.provisioner' with what the provisioner said.
 */
export const provision = async (
  host: Host,
  params: ProvisionerParameters,
  words: Words,
  { operands = [], needsSite = false }: { operands?: readonly string[]; needsSite?: boolean } = {},
): Promise<string> => {
  const [executable = '', ...options] = await commandLine(host, params, words, needsSite)
  const { code, stdout, stderr } = await host.run(
    sh`command -v -- ${executable} >/dev/null || exit 127; ${executable} ${options} -- ${operands}`,
  )
  if (code === 0) return stdout.toString()
  if (code === 127) {
    throw new Failure('module.provisioner', `there is no ${executable} where the task runs`, {
      at: host.at,
      hint: "delegate the task to the provisioner's host, or tell where its command is with 'executable'",
    })
  }
  const [said = '', hint] = stderr.toString().trim().split('\n  hint: ', 2)
  throw new Failure('module.provisioner', `provision ${words[0]}: ${said || `exit code ${code}`}`, {
    at: host.at,
    hint,
  })
}
