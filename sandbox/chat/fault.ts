/** How the webhooks misbehave, for so many messages: each takes the next that is left. */
export type Fault = {
  /** Any status; 429 says when, by Retry-After, and others where it is given. `silent` keeps the message and cuts the connection instead of saying so; `hanging` says so, and does not end. */
  kind:
    | 400
    | 403
    | 404
    | 410
    | 429
    | 500
    | 503
    | 302
    | 'slow'
    | 'cut'
    | 'silent'
    | 'hanging'
    | 'turned_off'
  retryAfter?: string
  ms?: number
  times?: number
}
