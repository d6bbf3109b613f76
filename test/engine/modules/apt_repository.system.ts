import { apt_repository } from '../../../engine/modules/apt_repository/apt_repository.ts'
import { makeAptRepository } from './aptrepository.ts'
import { casesOf } from './cases.ts'
import { type RootCase, runRootCases } from './rootcases.ts'

const repository = makeAptRepository()
process.on('exit', repository.remove)

const cases = casesOf('apt_repository', { $REPOSITORY: repository.directory }) as readonly RootCase[]

runRootCases(apt_repository, cases, {
  prepare: ({ run }) => run('rm -rf /etc/apt/sources.list* /etc/apt/apt.conf.d/*; mkdir -p /etc/apt/sources.list.d'),
})
