import { timezone } from '../../../engine/modules/timezone/timezone.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(timezone, await rootSuite('timezone'))
