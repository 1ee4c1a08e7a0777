import { createService } from './server.js'

const service = createService({ log: console.log })
service.listen(Number(process.env.PORT ?? 8080))
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => service.close(() => process.exit(0)))
}
