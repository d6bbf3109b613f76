import { nmcli } from '../../../engine/modules/nmcli/nmcli.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(nmcli, await rootSuite('nmcli'))
