// One shot, before web and worker: makes roles and database where it may, applies the migrations that are missing, makes the queues. Safe to repeat.
import { migrateConfig } from '#lib/runtime/config.ts'
import { migrate, prepareServer } from './launch/database.ts'

const config = migrateConfig()
const owner = new URL(config.OWNER_DATABASE_URL)
const admin = config.ADMIN_DATABASE_URL
if (admin) {
  const { APP_DATABASE_PASSWORD: app, WORKER_DATABASE_PASSWORD: worker } = config
  if (!app || !worker) {
    process.stderr.write(
      'ADMIN_DATABASE_URL is given: APP_DATABASE_PASSWORD and WORKER_DATABASE_PASSWORD are needed with it.\n',
    )
    process.exit(1)
  }
  await prepareServer(admin, decodeURIComponent(owner.pathname.slice(1)), {
    owner: decodeURIComponent(owner.password),
    app,
    worker,
  })
}
const applied = await migrate(config.OWNER_DATABASE_URL)
process.stdout.write(
  applied.length === 0 ? 'nothing to migrate\n' : `applied: ${applied.join(', ')}\n`,
)
