import { apt_repository } from '../../../engine/modules/apt_repository/apt_repository.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(apt_repository, await rootSuite('apt_repository'))
