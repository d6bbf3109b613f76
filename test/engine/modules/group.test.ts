import { group } from '../../../engine/modules/group/group.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(group, await rootSuite('group'))
