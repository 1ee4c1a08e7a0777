// Stands in for the package `server-only`, which throws wherever it is not bundled by Next.
export {}
