import { hostname } from '../../../engine/modules/hostname/hostname.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(hostname, await rootSuite('hostname'))
