import type { WaitForParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { ipaddr } from '../../ipaddr.ts'
import type { Host } from '../module.ts'
import { canonical, parseSockets } from './sockets.ts'

/** Tries a port by bash itself, else by nc; that of busybox may have no -z, but runs a program once it is connected. */
const trial = (address: string, port: number, seconds: number, listen: boolean): Command => sh`
    if command -v bash >/dev/null 2>&1; then
      timeout ${seconds} bash -c ${`exec 3<>"/dev/tcp/$0/$1" && echo open && { [ "$2" = no ] || cat <&3; }`} ${address} ${port} ${listen ? 'yes' : 'no'} 2>/dev/null
    elif command -v nc >/dev/null 2>&1; then
      case $(nc --help 2>&1) in
        *BusyBox*) timeout ${seconds} nc ${address} ${port} -e sh -c ${`echo open >&3; ${listen ? 'exec cat >&3' : ''}`} 3>&1 2>/dev/null;;
        *) timeout ${seconds} nc ${listen ? [] : ['-z']} ${address} ${port} 2>/dev/null </dev/null && echo open;;
      esac
    else
      exit 127
    fi`

/** Asks the host once: whether a port answers, and what it says when `listen` is set; undefined when it does not. */
export const lookAtPort = async (
  host: Host,
  address: string,
  port: number,
  seconds: number,
  listen: boolean,
): Promise<string | undefined> => {
  const output = await host.run(trial(address, port, seconds, listen))
  if (output.code === 127) {
    throw new Failure('module.command', 'a port can only be tried where there is bash or nc', {
      at: host.at,
      hint: 'install one of them, or delegate the task to a host that has one: delegate_to',
    })
  }
  const said = output.stdout.toString()
  return /^open$/m.test(said) ? said.replace(/^open\n/m, '') : undefined
}

/** What a file holds; undefined when it is not there. */
export const lookAtFile = async (host: Host, path: string): Promise<string | undefined> => {
  const output = await host.run(sh`[ -e ${path} ] || exit 3; [ ! -f ${path} ] || cat -- ${path}`)
  return output.code === 3 ? undefined : output.stdout.toString()
}

/** How many connections to a port of the host are active. */
export const countActive = async (host: Host, port: number, params: WaitForParameters): Promise<number> => {
  const { host: address, exclude_hosts = [], active_connection_states } = params
  const names = [address, ...exclude_hosts].filter((name) => !ipaddr().isValid(name))
  const output = await host.run(
    sh`for name in ${names}; do
         command -v getent >/dev/null || exit 127
         getent ahosts "$name" | sed "s/ .*//;s/^/$name /"
       done
       cat /proc/net/tcp /proc/net/tcp6 2>/dev/null`,
  )
  if (output.code === 127) {
    throw new Failure('module.command', `the host has no getent to find the address of ${names.join(', ')}`, {
      at: host.at,
      hint: 'write addresses instead of names, or install what brings getent with an earlier task',
    })
  }
  const text = output.stdout.toString()
  const addresses = (name: string) =>
    ipaddr().isValid(name)
      ? [canonical(name)]
      : text.split('\n').flatMap((line) => (line.startsWith(`${name} `) ? canonical(line.slice(name.length + 1)) : []))
  const own = new Set(addresses(address))
  const excluded = new Set(exclude_hosts.flatMap(addresses))
  const isOwn = (local: string) => own.has('0.0.0.0') || own.has('::') || own.has(local)
  return parseSockets(text).filter(
    (socket) =>
      socket.localPort === port &&
      active_connection_states.includes(socket.state) &&
      isOwn(socket.local) &&
      !excluded.has(socket.remote),
  ).length
}
