import { openDatabase } from '../../../provisioner/store/database.ts'
import { sqliteEvents } from '../../../provisioner/store/events.ts'
import { eventContract } from './events.contract.ts'

eventContract('SQLite', async () => {
  const database = openDatabase(':memory:')
  return { store: sqliteEvents(database), close: async () => database.close() }
})
