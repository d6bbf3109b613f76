import { apt } from '../../../engine/modules/apt/apt.ts'
import { packageModule } from '../../../engine/modules/package/package.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

const suites = [await rootSuite('apt'), await rootSuite('package')] as const

runRootCases(apt, suites[0])
runRootCases(packageModule, suites[1])
