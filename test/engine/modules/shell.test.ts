import { shell } from '../../../engine/modules/shell/shell.ts'
import { runCases } from './cases.ts'

runCases(shell)
