import { openDatabase } from '../../../provisioner/store/database.ts'
import { sqliteTokens } from '../../../provisioner/store/tokens.ts'
import { tokenContract } from './tokens.contract.ts'

tokenContract('SQLite', async () => {
  const database = openDatabase(':memory:')
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') }
  return { store: sqliteTokens(database, () => new Date(clock.now)), clock, close: async () => database.close() }
})
