import { rpm_key } from '../../../engine/modules/rpm_key/rpm_key.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(rpm_key, await rootSuite('rpm_key'))
