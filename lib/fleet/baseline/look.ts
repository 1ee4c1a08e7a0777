import { z } from 'zod'
import { isSettled, ObjectStanding } from './compare.ts'

/** What came of something that a policy must refuse. */
export const ProbeResult = z.object({
  policy: z.string(),
  tries: z.string(),
  outcome: z.enum(['refused', 'let_through', 'unclear', 'not_asked']),
  /** Of `unclear`: what the API server said instead. */
  said: z.string(),
})
export type ProbeResult = z.infer<typeof ProbeResult>

/** One look at a cluster's baseline. */
export const BaselineLook = z.object({
  at: z.string(),
  objects: z.array(ObjectStanding),
  probes: z.array(ProbeResult),
})
export type BaselineLook = z.infer<typeof BaselineLook>

/** Every object is as approved, and nothing that was asked got past a policy. */
export function isInForce({ objects, probes }: Omit<BaselineLook, 'at'>): boolean {
  return objects.every(isSettled) && !probes.some(isOpen)
}

function isOpen({ outcome }: Pick<ProbeResult, 'outcome'>): boolean {
  return outcome === 'let_through' || outcome === 'unclear'
}

/** What is still missing, in one line; empty when it is in force. */
export function lackInWords({ objects, probes }: Omit<BaselineLook, 'at'>): string {
  const open = objects.filter((object) => !isSettled(object)).map(objectInWords)
  const unproven = probes.filter(isOpen).map(probeInWords)
  return [...open, ...unproven].join('; ')
}

function objectInWords({ kind, name, state, at }: ObjectStanding): string {
  if (state === 'differs') return `${kind} ${name} differs at ${at}`
  if (state === 'unwanted') return `${kind} ${name} stands and is no longer wanted`
  return state === 'deleting' ? `${kind} ${name} is being deleted` : `no ${kind} ${name}`
}

function probeInWords({ policy, tries, outcome, said }: ProbeResult): string {
  return outcome === 'let_through'
    ? `${policy} does not act: ${tries}, and it was let through`
    : `${policy} could not be asked (${tries}): ${said}`
}
