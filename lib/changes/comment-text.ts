/** A stretch of a comment: words as they were typed, or somebody who is mentioned. */
export type CommentPart = { text: string } | { person: string }

/** Characters of a comment, as it is stored. */
export const COMMENT_LONGEST = 4000
/** People that one comment may mention. */
export const MOST_MENTIONS = 20
/** Comments on one change. */
export const MOST_COMMENTS = 500

const MENTION = /@\{(usr_[0-9a-z]{1,60})\}/

/** How a person stands in the stored text. */
export function mentionToken(personId: string): string {
  return `@{${personId}}`
}

/** The stored text in its stretches, in order; put together again they are that text. Anything that is not wholly a mention stays text. */
export function commentParts(body: string): CommentPart[] {
  return body
    .split(new RegExp(MENTION, 'g'))
    .map((piece, place) => (place % 2 === 1 ? { person: piece } : { text: piece }))
    .filter((part) => 'person' in part || part.text !== '')
}

/** Everybody whom the stored text mentions, each once, in order of appearance. */
export function mentionedIn(body: string): string[] {
  const people = commentParts(body).flatMap((part) => ('person' in part ? [part.person] : []))
  return [...new Set(people)]
}
