import { template } from '../../../engine/modules/template/template.ts'
import { runCases } from './cases.ts'

runCases(template)
