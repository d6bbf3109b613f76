import { cron } from '../../../engine/modules/cron/cron.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(cron, await rootSuite('cron'))
