const WIDTHS = ['w-3/5', 'w-4/5', 'w-2/5', 'w-3/4', 'w-1/2'] as const

/** Rows that are on their way, in final measures. Shows after 200 ms, so that fast answers never flash. */
export function SkeletonRows({ rows = 6 }: { rows?: number }) {
  const places = Array.from({ length: rows }, (_, place) => place)
  return (
    <div className="late pad" role="status">
      <span className="sr-only">Being read</span>
      {places.map((place) => (
        <div key={place} className="flex h-8 items-center border-b border-line">
          <span className={`bone ${WIDTHS[place % WIDTHS.length]}`} />
        </div>
      ))}
    </div>
  )
}
