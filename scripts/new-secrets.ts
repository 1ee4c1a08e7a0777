// Prints fresh values for the secrets that Stairway makes itself, as lines for an .env file; the last three are for the compose file's profile `parts`. Nothing is stored.
import { randomBytes } from 'node:crypto'
import { newSealingKeys } from '#lib/adapters/vault/sealing.ts'
import { newSigningKey } from '#lib/adapters/vault/signing.ts'

const random = () => randomBytes(32).toString('hex')
const sealing = newSealingKeys()
const lines = {
  NEXTAUTH_SECRET: random(),
  NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  WEBHOOK_KEY: random(),
  METRICS_TOKEN: random(),
  SEALING_PUBLIC_KEY: sealing.publicKey,
  SEALING_PRIVATE_KEY: sealing.privateKey,
  SIGNING_PRIVATE_KEY: newSigningKey(),
  OWNER_DATABASE_PASSWORD: random(),
  APP_DATABASE_PASSWORD: random(),
  WORKER_DATABASE_PASSWORD: random(),
  ADMIN_DATABASE_PASSWORD: random(),
  K3S_TOKEN: random(),
  S3_PASSWORD: random(),
  KEYCLOAK_PASSWORD: random(),
}
for (const [name, value] of Object.entries(lines)) process.stdout.write(`${name}=${value}\n`)
