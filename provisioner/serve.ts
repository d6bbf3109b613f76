import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Failure, messageOf } from '../engine/failure.ts'
import type { Log } from '../engine/log.ts'
import { defaultPorts } from './boot/manifest.ts'
import { createBundles } from './bundle/bundles.ts'
import { type Dhcp, startDhcp } from './dhcp/dhcp.ts'
import { createAdmission } from './http/admission.ts'
import { routes } from './routes.ts'
import { startServer } from './server.ts'
import type { Services } from './services.ts'
import type { Site, SiteSources } from './site.ts'
import { followSite, type LiveSite } from './sitefiles.ts'
import { openState } from './state.ts'
import { replaceFile } from './store/replace.ts'
import { serverIdentity } from './tls/authority.ts'

export type ServeOptions = {
  readonly sources: SiteSources
  readonly state: string
  readonly listen?: string
  readonly httpPort?: number
  readonly httpsPort?: number
  readonly dhcp?: 'none' | 'server' | 'proxy'
  /** Interface that DHCP serves on. */
  readonly interface?: string
  readonly log: Log
}

/** What `run/ready.json` of the state directory says while the provisioner serves. */
export type Ready = { readonly pid: number; readonly address: string; readonly http: number; readonly https: number }

export const runtimeFiles = (state: string) => ({
  directory: join(state, 'run'),
  pid: join(state, 'run', 'provision.pid'),
  ready: join(state, 'run', 'ready.json'),
  socket: join(state, 'run', 'admin.sock'),
})

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const refuseSecond = async (file: string, state: string): Promise<void> => {
  const pid = Number(await readFile(file, 'utf8').catch(() => ''))
  if (pid > 0 && pid !== process.pid && isRunning(pid)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (!command.includes('serve')) return // a stale file, and another program has the number now
    throw new Failure('server.running', `the provisioner of ${state} runs already: process ${pid}`, {
      hint: `end it (kill ${pid}) or give this one another --state`,
    })
  }
}

/** The token that admins show on the TLS listener: `admin.token` of the state directory, mode 0600. */
const adminToken = async (state: string): Promise<string> => {
  const file = join(state, 'admin.token')
  const known = await readFile(file, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return ''
    throw thrown
  })
  if (known.trim()) return known.trim()
  const token = randomBytes(32).toString('base64url')
  await replaceFile(file, `${token}\n`)
  return token
}

/** The live site with the command line's settings over its own; one object as long as its files stay the same. */
const followed = (live: LiveSite, { dhcp, httpPort, httpsPort }: ServeOptions): (() => Promise<Site>) => {
  let last: { readonly from: Site; readonly site: Site } | undefined
  return async () => {
    const from = await live.current()
    if (last?.from === from) return last.site
    const settings = {
      ...from.settings,
      ...(httpPort === undefined ? {} : { http_port: httpPort }),
      ...(httpsPort === undefined ? {} : { https_port: httpsPort }),
      ...(dhcp === undefined ? {} : { dhcp: { ...from.settings.dhcp, mode: dhcp } }),
    }
    last = { from, site: { ...from, settings } }
    return last.site
  }
}

/** Looks for changes of the site so often, for what nobody asks about: DHCP. */
const refreshEvery = 2_000

/** Serves a site until the signal aborts. Calls `ready` once all listeners and DHCP stand. */
export const serve = async (options: ServeOptions, stop: AbortSignal, ready: (ready: Ready) => void): Promise<void> => {
  const { log, sources } = options
  const state = await openState(options.state)
  const files = runtimeFiles(state.directory)
  const cleanups: (() => Promise<void> | void)[] = [() => state.close()]
  try {
    await mkdir(files.directory, { recursive: true, mode: 0o700 })
    await refuseSecond(files.pid, state.directory)
    const live = await followSite(sources, log)
    const site = followed(live, options)
    const { settings, nodes } = await site()
    if (settings.server === undefined) {
      throw new Failure('server.settings', 'the site does not say where its provisioner is', {
        hint: 'set prelude_server, the address of this machine in the network that nodes boot over, in group_vars/all.yml',
      })
    }
    const names = [settings.server, ...(settings.names ?? []), hostname(), 'localhost', '127.0.0.1']
    const identity = await serverIdentity(join(state.directory, 'tls'), names)
    const services: Services = {
      state,
      site,
      ca: identity.ca,
      bundles: createBundles(state),
      transfers: createAdmission(Date.now, log.info),
      log,
      now: () => new Date(),
      started: new Date(),
    }
    const server = await startServer({
      routes,
      services,
      address: options.listen ?? settings.server,
      httpPort: settings.http_port ?? defaultPorts.http,
      httpsPort: settings.https_port ?? defaultPorts.https,
      identity,
      adminToken: await adminToken(state.directory),
      socket: files.socket,
    })
    cleanups.unshift(() => server.close())
    const dhcp: Dhcp = await startDhcp(state.directory, await site(), log, options.interface)
    cleanups.unshift(() => dhcp.stop())
    let updating = Promise.resolve()
    const refresh = setInterval(() => {
      updating = updating
        .then(async () => dhcp.update(await site()))
        .catch((thrown) => log.error(`DHCP could not follow the inventory: ${messageOf(thrown)}`))
    }, refreshEvery)
    cleanups.unshift(() => clearInterval(refresh))
    const told: Ready = { pid: process.pid, address: settings.server, http: server.httpPort, https: server.httpsPort }
    await replaceFile(files.pid, `${process.pid}\n`)
    await replaceFile(files.ready, JSON.stringify(told))
    cleanups.unshift(() =>
      Promise.all([rm(files.pid, { force: true }), rm(files.ready, { force: true })]).then(() => {}),
    )
    log.info(`serving ${nodes.size} nodes on ${settings.server}: http ${server.httpPort}, https ${server.httpsPort}`)
    ready(told)
    if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }))
    log.info('ending')
  } finally {
    for (const cleanup of cleanups) await cleanup()
  }
}
