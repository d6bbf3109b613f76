import { locale_gen } from '../../../engine/modules/locale_gen/locale_gen.ts'
import cases from './locale_gen.json' with { type: 'json' }
import { type RootCase, runRootCases } from './rootcases.ts'

runRootCases(locale_gen, cases as RootCase[])
