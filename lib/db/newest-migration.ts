/** The migration this build needs last; web and worker are not ready before it is applied. A test holds it to prisma/migrations. */
export const NEWEST_MIGRATION = '20261127000920_whole_chains'
