import { sh } from '../../command.ts'
import { creation } from './plan.ts'
import type { Tools } from './tools.ts'

export const shadow: Tools = {
  create: (_host, params, account) => [sh`useradd ${creation(params, account)} -- ${params.name}`],
  modify: ({ name }, found) =>
    found.length > 0 ? [sh`usermod ${found.flatMap(({ options }) => [...options])} -- ${name}`] : [],
  remove: ({ name, force, remove }) => sh`userdel ${[...(force ? ['-f'] : []), ...(remove ? ['-r'] : [])]} -- ${name}`,
  lock: (name) => sh`usermod -L -- ${name}`,
  unlock: (name) => sh`usermod -U -- ${name}`,
}
