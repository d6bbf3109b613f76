import { service } from '../../../engine/modules/service/service.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(service, await rootSuite('service'))
