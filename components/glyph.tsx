/** The stair: Stairway's mark. */
export function Glyph({ className = 'size-[18px]' }: { className?: string }) {
  return (
    <svg className={`glyph ${className}`} viewBox="0 0 24 24" aria-hidden="true">
      <path className="glyph-low" d="M2 21h5.5v-5.7H13V9.6" />
      <path className="glyph-high" d="M13 9.6h5.5V3.9H22" />
    </svg>
  )
}
