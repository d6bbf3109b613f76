import { file } from '../../../engine/modules/file/file.ts'
import { runCases } from './cases.ts'
import cases from './file.json' with { type: 'json' }

runCases(file, cases)
