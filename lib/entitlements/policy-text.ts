export type PolicyText = { id: string; title: string; severity: string | null; text: string }

/** Cuts a Cedar policy set into its policies, with the annotations that name them. Text only: nothing is evaluated here. */
export function policiesIn(body: string): PolicyText[] {
  return body
    .split(/;\s*\n(?=\s*(?:@|\/\/|permit|forbid|$))/)
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => ({
      id: annotation(text, 'id') ?? '',
      title: annotation(text, 'title') ?? annotation(text, 'id') ?? 'Policy',
      severity: annotation(text, 'severity'),
      text: text.endsWith(';') ? text : `${text};`,
    }))
}

function annotation(text: string, name: string): string | null {
  return new RegExp(`@${name}\\("((?:[^"\\\\]|\\\\.)*)"\\)`).exec(text)?.[1] ?? null
}
