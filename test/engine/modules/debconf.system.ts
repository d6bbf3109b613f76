import { debconf } from '../../../engine/modules/debconf/debconf.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(debconf, await rootSuite('debconf'))
