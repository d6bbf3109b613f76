import { json_patch } from '../../../engine/modules/json_patch/json_patch.ts'
import { runCases } from './cases.ts'

runCases(json_patch)
