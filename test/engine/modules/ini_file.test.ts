import { ini_file } from '../../../engine/modules/ini_file/ini_file.ts'
import { runCases } from './cases.ts'

runCases(ini_file)
