import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'

const word = (most: number) =>
  storedText(most)
    .optional()
    .transform((text) => text?.trim() || undefined)

/** What somebody asks about: may this person onboard that there? Whatever is left out is not judged. */
export const WhyAsked = z.object({
  tenant: word(60),
  /** User name; the asker themselves when left out. */
  person: word(200),
  environment: word(60),
  cluster: word(60),
  template: word(60),
  name: word(40),
  costCode: word(40),
  team: word(100),
  size: z.enum(['small', 'medium', 'large']).catch('small'),
  dataClass: z.coerce.number().int().min(0).max(3).catch(1),
})
export type WhyAsked = z.infer<typeof WhyAsked>
