import { at } from '../../../engine/modules/at/at.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(at, await rootSuite('at'))
