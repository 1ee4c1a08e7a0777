import type { Tone } from '#components/states/look.ts'
import { Table } from '#components/ui/table.tsx'
import {
  bandOfTeam,
  ENOUGH_CHANGES,
  type SuccessBand,
  type TeamSuccess,
} from '#lib/changes/success.ts'

const TONES: Record<SuccessBand, Tone> = { excellent: 'ok', high: 'ok', medium: 'warn', low: 'bad' }

/** How the changes of each team went: what the history factor of a risk score reads. */
export function TeamRecord({ teams }: { teams: readonly TeamSuccess[] }) {
  if (teams.length === 0) return <p className="text-ink-2">No team owns a service here yet.</p>
  return (
    <Table flat>
      <thead>
        <tr>
          <th scope="col">Team</th>
          <th scope="col" className="figure">
            Changes
          </th>
          <th scope="col" className="figure">
            Score
          </th>
          <th scope="col">In a risk score</th>
        </tr>
      </thead>
      <tbody>
        {teams.map((success) => (
          <tr key={success.team}>
            <td className="name">{success.team}</td>
            <td className="figure">{success.changes}</td>
            <td className="figure">{success.score ?? '–'}</td>
            <td>
              <Band success={success} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function Band({ success }: { success: TeamSuccess }) {
  const band = bandOfTeam(success)
  return band ? (
    <span className={`chip min-h-5 text-xs tone-${TONES[band]}`}>{band}</span>
  ) : (
    <span className="text-ink-3">fewer than {ENOUGH_CHANGES} changes</span>
  )
}
