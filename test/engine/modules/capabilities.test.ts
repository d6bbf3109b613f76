import { capabilities } from '../../../engine/modules/capabilities/capabilities.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(capabilities, await rootSuite('capabilities'))
