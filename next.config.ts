import type { NextConfig } from 'next'

const root = import.meta.dirname

const config: NextConfig = {
  turbopack: { root },
  outputFileTracingRoot: root,
  images: { unoptimized: true },
  serverExternalPackages: ['@cedar-policy/cedar-wasm', 'pino', 'pg-boss'],
}

export default config
