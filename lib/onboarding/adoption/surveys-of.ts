/** Ids of the surveys that a revision was made from: its adoptions are always read from these. */
export function surveysOf(parameters: unknown): string[] {
  const said = (parameters as { surveys?: unknown } | null | undefined)?.surveys
  return Array.isArray(said) ? said.filter((id) => typeof id === 'string') : []
}
