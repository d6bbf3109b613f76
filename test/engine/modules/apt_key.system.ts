import { apt_key } from '../../../engine/modules/apt_key/apt_key.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(apt_key, await rootSuite('apt_key'))
