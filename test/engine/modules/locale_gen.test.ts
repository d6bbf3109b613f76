import { locale_gen } from '../../../engine/modules/locale_gen/locale_gen.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(locale_gen, await rootSuite('locale_gen'))
