import path from 'node:path'
import { defineConfig } from 'prisma/config'

// The command line otherwise downloads a schema engine; the stand-in runs the official WebAssembly build.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= path.join(
  import.meta.dirname,
  'scripts/schema-engine.mjs',
)
process.env.CHECKPOINT_DISABLE ??= '1'
process.env.PRISMA_HIDE_UPDATE_MESSAGE ??= '1'

export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  datasource: {
    url: process.env.OWNER_DATABASE_URL ?? 'postgresql://not-configured@127.0.0.1:1/none',
  },
})
