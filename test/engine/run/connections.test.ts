import * as assert from 'uvu/assert'
import { routeOf } from '../../../engine/run/connections.ts'
import type { RunOptions } from '../../../engine/run/options.ts'
import { suite } from '../../suite.ts'

const test = suite('how a host is reached')
const at = { file: 'site.yml', line: 1, column: 1 }

const options = (defaults: Partial<RunOptions['defaults']>): RunOptions =>
  ({
    inventory: { hosts: new Map([['n01', {}]]) },
    defaults: { timeout: 10, hostKeyChecking: true, ...defaults },
  }) as RunOptions

/** The arguments of ssh for a host with variables, where the configuration has defaults. */
const argumentsWith = (variables: Readonly<Record<string, string>>, defaults: Partial<RunOptions['defaults']>) =>
  routeOf('n01', (name) => variables[name], {}, options(defaults), at).options.sshArguments

test('arguments of ssh have three parts, and a variable replaces its own alone', () => {
  const defaults = { sshArguments: '-o A=1', sshCommonArguments: '-o B=1', sshExtraArguments: '-o C=1' }
  assert.is(argumentsWith({}, defaults), '-o A=1 -o B=1 -o C=1')
  assert.is(argumentsWith({ ansible_ssh_common_args: '-o B=2' }, defaults), '-o A=1 -o B=2 -o C=1')
  assert.is(
    argumentsWith({ ansible_ssh_args: '-o A=2', ansible_ssh_extra_args: '-o C=2' }, defaults),
    '-o A=2 -o B=1 -o C=2',
  )
  assert.is(argumentsWith({ ansible_ssh_common_args: '-o B=2' }, {}), '-o B=2')
  assert.is(argumentsWith({}, {}), undefined)
})

test('what is not in the inventory and has a name of this machine is local, whatever the play says', () => {
  const kindOf = (host: string) => routeOf(host, () => undefined, { connection: 'ssh' }, options({}), at).kind
  assert.equal([kindOf('localhost'), kindOf('n01')], ['local', 'ssh'])
})

test.run()
