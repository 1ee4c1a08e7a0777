export type Call = {
  method: string
  path: string
  query: URLSearchParams
  body: Record<string, unknown>
}
export type Answer = { status: number; body?: unknown; headers?: Record<string, string> }
export type Fail = Answer

/** A refusal in GitHub's shape. */
export function fail(status: number, message: string, errors?: unknown[]): Fail {
  return {
    status,
    body: {
      message,
      ...(errors ? { errors } : {}),
      documentation_url: 'https://docs.github.com/rest',
      status: String(status),
    },
  }
}
