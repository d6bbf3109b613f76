import { find } from '../../../engine/modules/find/find.ts'
import { runCases } from './cases.ts'

runCases(find)
