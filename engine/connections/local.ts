import { spawn } from 'node:child_process'
import { channelOf } from './childchannel.ts'
import { connectionOver } from './connect.ts'
import type { Connection } from './connection.ts'
import { localFiles } from './localfiles.ts'
import { shellItself, type Transport } from './transport.ts'

/** Starts processes on this machine, each as a process group of its own. */
export const localTransport: Transport = {
  kind: 'local',
  name: 'localhost',
  shells: 16,
  spawn: async (command) =>
    channelOf(spawn('/bin/sh', command === shellItself ? [] : ['-c', command.text], { detached: true })),
  close: async () => {},
}

/** This machine as the user who runs us. */
export const openLocal = async (): Promise<Connection> => {
  const connection = connectionOver(localTransport)
  return { ...connection, ...localFiles(connection) }
}
