import { seboolean } from '../../../engine/modules/seboolean/seboolean.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(seboolean, await rootSuite('seboolean'))
