import Link from 'next/link'
import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Table } from '#components/ui/table.tsx'
import { counted } from '#components/words.ts'

type Section = { name: string; adds: number; alters: number; removes: number }

const ABOUT: Record<string, string> = {
  identity: 'CMDB items, namespaces',
  data: 'class of data, tier',
  access: 'service account, role bindings, credentials',
  network: 'network policies, allowed sources',
  capacity: 'quota, limits, replicas',
  repository: 'files, protection, Flux source, Kustomization or HelmRelease and feedback',
  schedule: 'window, order, waves',
}

type SectionTableProps = {
  sections: readonly Section[]
  moved: readonly string[]
  approvedBefore: boolean
  /** The other way to read the plan: only what moved, or all of it. */
  toggle?: { href: string; label: string } | undefined
}

/** The seven sections: what each adds, alters and removes, and whether an earlier approval still stands. */
export function SectionTable({ sections, moved, approvedBefore, toggle }: SectionTableProps) {
  const sum = (of: 'adds' | 'alters' | 'removes') =>
    sections.reduce((total, section) => total + section[of], 0)
  const removes = sum('removes')
  return (
    <>
      <div className="section-head mt-1">
        <h2 id="plan">What will change</h2>
        <span className="text-xs text-ink-3">
          {counted(sum('adds'), 'thing')} new, {sum('alters')} altered,{' '}
          {removes === 0 ? 'nothing is removed' : `${removes} removed`}
        </span>
        {toggle ? (
          <Link className="link ml-auto text-xs" href={toggle.href} scroll={false}>
            {toggle.label}
          </Link>
        ) : null}
      </div>
      <Table className="mb-4" flat>
        <thead>
          <tr>
            <th scope="col">Section</th>
            <th scope="col" className="not-phone">
              What
            </th>
            <th scope="col" className="figure">
              Adds
            </th>
            <th scope="col" className="figure">
              Alters
            </th>
            <th scope="col" className="figure">
              Removes
            </th>
            {approvedBefore ? <th scope="col">Your approval</th> : null}
          </tr>
        </thead>
        <tbody>
          {sections.map((section) => (
            <tr key={section.name} data-on={moved.includes(section.name) || undefined}>
              <td className="name capitalize">{section.name}</td>
              <td className="not-phone text-ink-2">{ABOUT[section.name]}</td>
              <Figure sign="+" n={section.adds} />
              <Figure sign="~" n={section.alters} />
              <Figure sign="−" n={section.removes} />
              {approvedBefore ? (
                <td>
                  <State
                    look={
                      moved.includes(section.name)
                        ? { ...lookOf('check', 'warn'), word: 'Asked again' }
                        : { ...lookOf('check', 'pass'), word: 'Stands' }
                    }
                  />
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  )
}

function Figure({ sign, n }: { sign: string; n: number }) {
  return (
    <td className="figure mono">
      {n === 0 ? <span className="text-ink-3">0</span> : `${sign}${n}`}
    </td>
  )
}
