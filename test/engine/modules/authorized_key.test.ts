import { authorized_key } from '../../../engine/modules/authorized_key/authorized_key.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(authorized_key, await rootSuite('authorized_key'))
