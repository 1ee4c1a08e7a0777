import type { Tone } from '#components/states/look.ts'

export type RiskFactor = { name: string; points: number }

const ZERO = 28
const WIDTH = 84
const FULL = 25

/** Every factor of the risk score, right of the line raising it, left of it lowering it. */
export function RiskBars({ factors }: { factors: readonly RiskFactor[] }) {
  return (
    <ul className="risk">
      {factors.map((factor) => (
        <li key={factor.name}>
          <span>{factor.name}</span>
          <RiskBar points={factor.points} />
          <span className="risk-figure">{signed(factor.points)}</span>
        </li>
      ))}
    </ul>
  )
}

function RiskBar({ points }: { points: number }) {
  const side = points < 0 ? ZERO : WIDTH - ZERO
  const length = Math.min(1, Math.abs(points) / FULL) * side
  return (
    <svg className="risk-bar" viewBox={`0 0 ${WIDTH} 14`} aria-hidden="true">
      <rect x="0" y="4" width={WIDTH} height="6" fill="var(--sunken)" />
      {points < 0 ? (
        <rect
          x={ZERO - length}
          y="4.5"
          width={length}
          height="5"
          fill="none"
          stroke="var(--ink-2)"
        />
      ) : (
        <rect x={ZERO} y="4" width={length} height="6" fill="var(--ink-2)" />
      )}
      <path d={`M${ZERO} 0V14`} stroke="var(--line-2)" />
    </svg>
  )
}

function signed(points: number): string {
  return points < 0 ? `−${-points}` : `+${points}`
}

const BANDS: Record<string, Tone> = { low: 'ok', medium: 'warn', high: 'bad', critical: 'bad' }

/** The score in one line: "40 of 100, medium". */
export function RiskScore({ score, band }: { score: number; band: string }) {
  return (
    <span
      className={`chip min-h-5 text-xs tone-${BANDS[band] ?? 'idle'}`}
    >{`${score} of 100, ${band}`}</span>
  )
}
