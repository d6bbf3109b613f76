import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import type { BootServer } from '../../schema/types.ts'

export type Place = { readonly host: string; readonly port: number }

/** Where a server listens: `https://[fd00::1]:9874` is the port 9874 of fd00::1. */
export const placeOf = ({ https }: BootServer): Place => {
  const { hostname, port } = new URL(https)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443) }
}

/** Whether something takes a connection there within `ms` milliseconds. */
const takesConnection = ({ host, port }: Place, ms: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: ms })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('connect', () => end(true))
    socket.on('timeout', () => end(false))
    socket.on('error', () => end(false))
  })

/** The first of the places that takes a connection, all being asked at once. */
export const reachable = async (places: readonly Place[], ms: number): Promise<Place | undefined> => {
  const answers = await Promise.all(places.map((place) => takesConnection(place, ms)))
  return places[answers.indexOf(true)]
}

/** The address of a host; undefined when its name means nothing yet. */
export const addressOf = async (host: string): Promise<string | undefined> =>
  lookup(host).then(
    ({ address }) => address,
    () => undefined,
  )
