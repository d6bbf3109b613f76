import * as assert from 'uvu/assert'
import { service_facts } from '../../../engine/modules/service_facts/service_facts.ts'
import { parseOpenRc, parseStatusAll } from '../../../engine/modules/service_facts/services.ts'
import { suite } from '../../suite.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

const cases = await rootSuite('service_facts')
const test = suite('lists of services')

test('of init scripts', () => {
  assert.equal(parseStatusAll(' [ + ]  cron\n [ - ]  x11 common\n [ ? ]  odd\nnoise\n'), [
    { name: 'cron', state: 'running', source: 'sysv' },
    { name: 'x11 common', state: 'stopped', source: 'sysv' },
  ])
})

test('of OpenRC', () => {
  const states = 'Runlevel: default\n sshd      [  started  ]\n crond     [  stopped  ]\nodd\n'
  assert.equal(parseOpenRc(states, ' sshd | default boot\n crond |\n'), [
    { name: 'sshd', state: 'started', source: 'openrc', runlevels: ['default', 'boot'] },
    { name: 'crond', state: 'stopped', source: 'openrc', runlevels: null },
  ])
})

test.run()

runRootCases(service_facts, cases)
