import { file } from '../../../engine/modules/file/file.ts'
import { runCases } from './cases.ts'

runCases(file)
