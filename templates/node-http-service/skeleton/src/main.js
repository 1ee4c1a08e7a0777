import { createService } from './server.js'

const service = createService()
service.listen(Number(process.env.PORT ?? 8080))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => service.close(() => process.exit(0)))
