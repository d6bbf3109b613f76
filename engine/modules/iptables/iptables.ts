import type { IptablesParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './iptables.schema.json' with { type: 'json' }
import { ruleWords } from './rule.ts'

type Situation = {
  readonly hasRule: boolean
  readonly hasChain: boolean
  /** Rules of the chain, or of the whole table, but for counters. */
  readonly rules: readonly string[]
}

const programOf = ({ ip_version, table }: IptablesParameters): string[] => [
  ip_version === 'ipv6' ? 'ip6tables' : 'iptables',
  '-t',
  table,
]

const look = async (host: Host, params: IptablesParameters, rule: readonly string[]): Promise<Situation> => {
  const program = programOf(params)
  const chain = params.chain === undefined ? [] : [params.chain]
  const asked = rule.length > 0 && params.chain !== undefined
  const output = await host.run(sh`
    export LC_ALL=C
    command -v ${program[0] ?? ''} >/dev/null || exit 127
    ${asked ? sh`${program} -C ${chain} ${rule} >/dev/null 2>&1` : sh`false`} && echo rule || echo none
    ${program} -S ${chain} 2>&1`)
  if (output.code === 127) {
    throw new Failure('module.command', `this host has no ${program[0]}`, { at: host.at })
  }
  const [found, ...rules] = output.stdout.toString().split('\n')
  return { hasRule: found === 'rule', hasChain: output.code === 0, rules: output.code === 0 ? rules : [] }
}

/** Checks what goes together. Throws a Failure. */
const check = (host: Host, { chain, flush, jump, gateway, log_prefix, log_level }: IptablesParameters): void => {
  const refuse = (message: string) => {
    throw new Failure('module.parameter', message, { at: host.at })
  }
  if (chain === undefined && !flush) refuse("iptables needs 'chain' or 'flush'")
  if (jump?.toLowerCase() === 'tee' && gateway === undefined) refuse("iptables needs 'gateway' for the jump TEE")
  const isLogging = log_prefix !== undefined || log_level !== undefined
  if (isLogging && jump !== undefined && jump !== 'LOG')
    refuse("iptables: 'log_prefix' and 'log_level' are for the jump LOG")
}

async function* keepPolicy(host: Host, params: IptablesParameters, { rules }: Situation): Steps {
  const { chain = '', policy = '' } = params
  const current = rules.find((line) => line.startsWith(`-P ${chain} `))?.split(' ')[2]
  if (current === undefined) {
    throw new Failure('module.parameter', `the chain ${chain} has no policy`, {
      at: host.at,
      hint: 'only the chains that the kernel has itself have one',
    })
  }
  if (current === policy) return {}
  yield* change({
    what: `set the policy of ${chain} to ${policy}`,
    diff: { before: `${current}\n`, after: `${policy}\n`, beforeHeader: chain, afterHeader: chain },
    apply: () => runOrFail(host, sh`${programOf(params)} -P ${chain} ${policy}`),
  })
  return {}
}

async function* keepRule(host: Host, params: IptablesParameters, rule: readonly string[], found: Situation): Steps {
  const { chain = '', state, action, rule_num, chain_management } = params
  const program = programOf(params)
  const [hasRule, hasChain] = [found.hasRule, found.hasChain]
  const text = `${rule.join(' ')}\n`
  if (state === 'present') {
    if (!hasChain && chain_management) {
      yield* change({ what: `make the chain ${chain}`, apply: () => runOrFail(host, sh`${program} -N ${chain}`) })
    }
    if (hasRule || rule.length === 0) return {}
    const where = action === 'insert' ? ['-I', chain, ...(rule_num === undefined ? [] : [rule_num])] : ['-A', chain]
    yield* change({
      what: `${action} a rule of ${chain}: ${rule.join(' ')}`,
      diff: { before: '', after: text, beforeHeader: chain, afterHeader: chain },
      apply: () => runOrFail(host, sh`${program} ${where} ${rule}`),
    })
    return {}
  }
  if (rule.length > 0) {
    if (!hasRule) return {}
    yield* change({
      what: `remove a rule of ${chain}: ${rule.join(' ')}`,
      diff: { before: text, after: '', beforeHeader: chain, afterHeader: chain },
      apply: () => runOrFail(host, sh`${program} -D ${chain} ${rule}`),
    })
  } else if (hasChain && chain_management) {
    yield* change({ what: `remove the chain ${chain}`, apply: () => runOrFail(host, sh`${program} -X ${chain}`) })
  }
  return {}
}

export const iptables = module<IptablesParameters>('iptables', schema as ModuleSchema, async function* (host, params) {
  check(host, params)
  const { chain, flush, policy, state, ip_version, table, chain_management } = params
  const rule = ruleWords(params)
  const found = await look(host, params, rule)
  const result = { ip_version, table, chain: chain ?? null, flush, rule: rule.join(' '), state, chain_management }
  if (flush) {
    const rules = found.rules.filter((line) => line.startsWith('-A '))
    if (rules.length === 0) return result
    const where = chain ?? `the table ${table}`
    yield* change({
      what: `remove all rules of ${where}`,
      diff: { before: rules.map((line) => `${line}\n`).join(''), after: '', beforeHeader: where, afterHeader: where },
      apply: () => runOrFail(host, sh`${programOf(params)} -F ${chain === undefined ? [] : [chain]}`),
    })
  } else if (policy !== undefined) yield* keepPolicy(host, params, found)
  else yield* keepRule(host, params, rule, found)
  return result
})
