import { user } from '../../../engine/modules/user/user.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(user, await rootSuite('user'))
