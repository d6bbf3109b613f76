import { sysvinit } from '../../../engine/modules/sysvinit/sysvinit.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(sysvinit, await rootSuite('sysvinit'))
