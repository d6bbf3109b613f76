import type { Play, Playbook } from './play.ts'

/** What the configuration says of plays that do not say it themselves. */
export type PlayDefaults = {
  readonly strategy?: string | undefined
  readonly anyErrorsFatal?: boolean | undefined
  /** Seconds that a task may take. */
  readonly timeout?: number | undefined
}

const withDefaultsOf = (play: Play, { strategy, anyErrorsFatal, timeout }: PlayDefaults): Play => ({
  ...(strategy === undefined ? {} : { strategy }),
  ...play,
  keywords: {
    ...(anyErrorsFatal === undefined ? {} : { anyErrorsFatal }),
    ...(timeout === undefined ? {} : { timeout }),
    ...play.keywords,
  },
})

/** A playbook whose plays have these keywords where they have none. */
export const withDefaults = (playbook: Playbook, defaults: PlayDefaults): Playbook => ({
  ...playbook,
  plays: playbook.plays.map((play) => withDefaultsOf(play, defaults)),
})
