import { image } from '../../../engine/modules/image/image.ts'
import { casesOf, runCases } from './cases.ts'
import { makeProvisionerSite } from './provisionersite.ts'

// By the real command line, on the state of a real provisioner.
const site = await makeProvisionerSite()

runCases(image, casesOf('image', site.names), 60_000)
