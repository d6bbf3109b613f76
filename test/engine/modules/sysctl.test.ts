import { sysctl } from '../../../engine/modules/sysctl/sysctl.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(sysctl, await rootSuite('sysctl'))
