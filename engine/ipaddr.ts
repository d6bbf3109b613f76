import { createRequire } from 'node:module'
import type Ipaddr from 'ipaddr.js'

// It takes 3 ms to load, and few plays have use for it.
const require = createRequire(import.meta.url)

/** The library ipaddr.js. */
export const ipaddr = (): typeof Ipaddr => require('ipaddr.js') as typeof Ipaddr
