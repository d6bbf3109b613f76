import { alternatives } from '../../../engine/modules/alternatives/alternatives.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(alternatives, await rootSuite('alternatives'))
