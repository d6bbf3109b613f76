import { get_url } from '../../../engine/modules/get_url/get_url.ts'
import { casesOf, runCases } from './cases.ts'
import { startWebServer } from './webserver.ts'

runCases(get_url, casesOf('get_url', await startWebServer()))
