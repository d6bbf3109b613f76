import { dpkg_selections } from '../../../engine/modules/dpkg_selections/dpkg_selections.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(dpkg_selections, await rootSuite('dpkg_selections'))
