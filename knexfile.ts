// For the knex command line; the service itself reads the same configuration from src/stores/database.ts.
import { loadSettings } from './src/config.ts'
import { knexConfig } from './src/stores/database.ts'

const settings = await loadSettings(process.env)

export default knexConfig(settings.database)
