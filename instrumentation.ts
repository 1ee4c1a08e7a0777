/** Next calls this once, when a server starts: configuration is read now, not at the first request. */
export async function register(): Promise<void> {
  // biome-ignore lint/style/noProcessEnv: Next replaces it at the build; only the Node server has a configuration
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { webConfig } = await import('#lib/runtime/config.ts')
  webConfig()
}
