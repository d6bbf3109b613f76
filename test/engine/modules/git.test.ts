import { git } from '../../../engine/modules/git/git.ts'
import { casesOf, runCases } from './cases.ts'
import { gitNames } from './gitrepository.ts'

runCases(git, casesOf('git', gitNames))
