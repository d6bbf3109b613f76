import { deb822_repository } from '../../../engine/modules/deb822_repository/deb822_repository.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(deb822_repository, await rootSuite('deb822_repository'))
