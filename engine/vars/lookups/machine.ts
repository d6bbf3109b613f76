import { spawnSync } from 'node:child_process'
import { Failure } from '../../failure.ts'
import { stringOf, textOr } from '../filters/given.ts'
import { fail, Missing, undefinedFailure } from '../python/failing.ts'
import { lines as splitLines } from '../python/strings.ts'
import { text } from '../python/text.ts'
import { regularExpression } from '../regularexpression.ts'
import { fromPlain, type Value } from '../value.ts'
import type { Lookup, LookupContext } from './lookup.ts'
import { password } from './password.ts'
import { playbookDirectory } from './search.ts'
import { url } from './url.ts'

const env: Lookup = (terms, options, context) =>
  terms.map((term) => context.surroundings.environment(text(term)) ?? options.get('default') ?? '')

/** The output of a shell command that runs on the controller, in the directory of the playbook. */
const outputOf = (command: string, context: LookupContext): string => {
  const { status, stdout, stderr, error } = spawnSync('/bin/sh', ['-c', command], {
    encoding: 'utf8',
    cwd: playbookDirectory(context),
    maxBuffer: 256 * 1024 * 1024,
  })
  if (error || status !== 0) {
    const reason = error?.message ?? (stderr.trim() || `it ended with ${status}`)
    throw new Failure('template.lookup', `the command of the lookup failed: ${command}: ${reason}`, { cause: error })
  }
  return stdout
}

const pipe: Lookup = (terms, _options, context) => terms.map((term) => outputOf(text(term), context).trimEnd())
const lines: Lookup = (terms, _options, context) => terms.flatMap((term) => splitLines(outputOf(text(term), context)))

const vars: Lookup = (terms, options, context) =>
  terms.map((term) => {
    const name = text(term)
    const value = context.scope.get(name) ?? options.get('default')
    if (value === undefined)
      throw undefinedFailure(new Missing(`'${name}'`, undefined, name, () => context.scope.names()))
    return context.settle(value)
  })

/** Settings of ansible.cfg and the environment. */
const config: Lookup = (terms, options, { surroundings, base }) => {
  if (options.has('plugin_type') || options.has('plugin_name'))
    return fail(
      "the lookup 'config' knows the settings of no plugins",
      'look up the variable or environment that sets it',
    )
  const whenMissing = textOr(options.get('on_missing'), 'error')
  if (!['error', 'skip', 'warn'].includes(whenMissing))
    return fail(`on_missing cannot be '${whenMissing}'`, 'it may be error, warn or skip')
  return terms.flatMap((term): Value[] => {
    const name = stringOf(term, "the lookup 'config'")
    const found = surroundings.setting?.(name)
    if (found !== undefined) return [fromPlain(found)]
    if (whenMissing === 'error') return fail(`there is no setting '${name}'`, "on_missing='skip' allows that")
    if (whenMissing === 'warn') surroundings.warn(`there is no setting '${name}'`, base)
    return []
  })
}

const varnames: Lookup = (terms, _options, context) => {
  const names = [...new Set(context.scope.names())]
  return terms.flatMap((term) => {
    const expression = regularExpression(stringOf(term, "the lookup 'varnames'"))
    return names.filter((name) => expression.test(name))
  })
}

export const machineLookups: Readonly<Record<string, Lookup>> = {
  config,
  env,
  lines,
  password,
  pipe,
  url,
  varnames,
  vars,
}
