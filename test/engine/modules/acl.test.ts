import { acl } from '../../../engine/modules/acl/acl.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(acl, await rootSuite('acl'))
