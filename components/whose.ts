type Whose = 'yours' | 'ours' | 'another_team' | 'heals_itself'

const WORDS: Record<Whose, string> = {
  yours: 'Yours: your team can mend it.',
  ours: 'Ours: the platform team mends it.',
  another_team: 'Another team’s.',
  heals_itself: 'It usually heals by itself.',
}

/** Whose move a trouble is, in the words of every page. */
export function whoseText(whose: Whose): string {
  return WORDS[whose]
}
