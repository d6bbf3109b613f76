import { apt } from '../../../engine/modules/apt/apt.ts'
import { packageModule } from '../../../engine/modules/package/package.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

const suite = await rootSuite('apt')

runRootCases(apt, suite)

const facts = { pkg_mgr: 'apt' }

runRootCases(packageModule, {
  cases: [
    {
      name: "installs by the host's own package manager",
      facts,
      parameters: { name: ['demo', 'demo-lib'], state: 'present', update_cache: true, cache_valid_time: 3600 },
      after: { 'cat /usr/share/prelude-demo/demo': '2.0-1' },
    },
    {
      name: 'removes by the one that is named',
      prepare: 'apt-get -qq install demo',
      parameters: { pkg: 'demo', state: 'absent', use: 'ansible.builtin.apt' },
      after: { 'test -e /usr/share/prelude-demo/demo || echo gone': 'gone' },
    },
    {
      name: 'tells of a parameter that the package manager does not take',
      facts,
      parameters: { name: 'demo', state: 'present', enablerepo: 'x' },
      fails: "apt has no parameter 'enablerepo'",
    },
    {
      name: 'tells of a state that the package manager does not take',
      facts,
      parameters: { name: 'demo', state: 'presnt' },
      fails: "'state' must be one of",
    },
    {
      name: 'tells of a package manager that it does not know',
      facts: { pkg_mgr: 'pacman' },
      parameters: { name: 'demo', state: 'present' },
      fails: "packages of 'pacman' cannot be managed .*known: apt, dnf",
    },
  ],
  options: suite.options,
})
