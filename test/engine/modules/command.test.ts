import { command } from '../../../engine/modules/command/command.ts'
import { runCases } from './cases.ts'

runCases(command)
