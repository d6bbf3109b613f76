import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deb822_repository } from '../../../engine/modules/deb822_repository/deb822_repository.ts'
import { casesOf } from './cases.ts'
import { type RootCase, runRootCases } from './rootcases.ts'

const keys = join(import.meta.dirname, 'keys')
const demo = JSON.stringify(readFileSync(join(keys, 'demo.asc'), 'utf8')).slice(1, -1)

runRootCases(deb822_repository, casesOf('deb822_repository', { $KEYS: keys, $DEMO: demo }) as readonly RootCase[], {
  prepare: ({ run }) => run('rm -rf /etc/apt/sources.list* /etc/apt/keyrings'),
})
