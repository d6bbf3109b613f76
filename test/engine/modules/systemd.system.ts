import { systemd } from '../../../engine/modules/systemd/systemd.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(systemd, await rootSuite('systemd'))
