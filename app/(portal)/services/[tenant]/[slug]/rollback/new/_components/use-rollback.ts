'use client'
import { usePathname, useRouter } from 'next/navigation'
import { type FormEvent, useState, useTransition } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText } from '#components/error-text.ts'
import { Emergency } from '#lib/onboarding/emergency.schema.ts'
import { rollBackAction } from '../../../actions.ts'

/** What the form of a rollback shows of the plan that its address chooses. */
export type RollbackPreview = {
  serviceId: string
  slug: string
  environment: string
  branch: string
  clusters: readonly string[]
  chosen: readonly string[]
  recorded: readonly { commit: string; instances: number; at: string }[]
  pinned: boolean
  /** Whether the plan below is looked at as that of an emergency. */
  emergency: boolean
  /** Commits that run now. */
  runs: readonly string[]
  choice: {
    commit: string | null
    /** Of the plan below. */
    planHash: string
    band: string
    stages: readonly string[]
    /** Of an emergency: hours until its review. */
    reviewHours: number | null
    /** Has the Git host said what lies between? */
    known: boolean
    barred: boolean
  } | null
}

/** What the form does: the address holds what is chosen, so that the server renders its plan. */
export function useRollback(preview: RollbackPreview) {
  const { serviceId, environment, clusters, chosen, choice } = preview
  const router = useRouter()
  const path = usePathname()
  const [rendering, startRendering] = useTransition()
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)
  const [urgent, setUrgent] = useState(preview.emergency)
  const [said, setSaid] = useState({ incident: '', why: '' })
  const [wrong, setWrong] = useState<Partial<typeof said>>({})
  const some = chosen.length < clusters.length ? chosen : []
  const to = choice ? (choice.commit ?? 'branch') : ''

  function choose(next: Choosing): void {
    const moves = next.environment !== undefined
    const query = new URLSearchParams({ environment: next.environment ?? environment })
    const revision = next.to ?? (moves ? '' : to)
    if (revision) query.set('to', revision)
    if (next.emergency ?? urgent) query.set('kind', 'emergency')
    for (const cluster of next.clusters ?? (moves ? [] : some)) query.append('cluster', cluster)
    setError(null)
    startRendering(() => router.replace(`${path}?${query}`, { scroll: false }))
  }

  function hurry(emergency: typeof said | undefined): void {
    if (emergency) setSaid(emergency)
    if (Boolean(emergency) === urgent || rendering) return
    setUrgent(Boolean(emergency))
    choose({ emergency: Boolean(emergency) })
  }

  function toggle(cluster: string): void {
    const without = chosen.filter((name) => name !== cluster)
    const next = chosen.includes(cluster) ? without : [...chosen, cluster]
    if (next.length > 0) choose({ clusters: next.length === clusters.length ? [] : next })
  }

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    // what is sent is what stands below: its people are those of the kind that was rendered
    const shown = urgent === preview.emergency
    if (pending || rendering || !shown || !choice || choice.barred || !choice.known) return
    const reason = String(new FormData(event.currentTarget).get('reason') ?? '')
    const { commit, planHash } = choice
    const read = urgent ? Emergency.safeParse(said) : undefined
    setWrong(read?.success === false ? wrongIn(read.error) : {})
    if (read && !read.success) return
    const place = { serviceId, environment, clusters: [...some] }
    setPending(true)
    const answer = await reach(() =>
      rollBackAction({ ...place, commit, planHash, reason, emergency: read?.data }),
    )
    if (answer.ok) return router.push(`/changes/${answer.value.number}`)
    setPending(false)
    setError(errorText(answer.error))
    if (answer.error.code === 'stands_otherwise') router.refresh()
  }

  const emergency = urgent ? said : undefined
  return { choose, toggle, hurry, submit, to, pending, rendering, error, emergency, wrong }
}

type Choosing = {
  environment?: string
  to?: string
  clusters?: readonly string[]
  emergency?: boolean
}

/** The first thing that is wrong with each of an emergency's two answers. */
function wrongIn({ issues }: { issues: readonly { path: PropertyKey[]; message: string }[] }) {
  const of = (field: string) => issues.find(({ path }) => path[0] === field)?.message
  const [incident, why] = [of('incident'), of('why')]
  return { ...(incident && { incident }), ...(why && { why }) }
}
