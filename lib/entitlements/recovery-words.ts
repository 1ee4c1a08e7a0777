/** Recovery targets in words: `back within 4 hours, losing at most 1 hour, backed up`. Times in minutes. */
export function recoveryWords({
  rtoMinutes,
  rpoMinutes,
  backup,
}: {
  rtoMinutes: number
  rpoMinutes: number
  backup: boolean
}): string {
  return `back within ${durationWords(rtoMinutes)}, losing at most ${durationWords(rpoMinutes)}, ${backup ? 'backed up' : 'not backed up'}`
}

/** 90 as `90 minutes`, 240 as `4 hours`, 0 as `nothing`. */
export function durationWords(minutes: number): string {
  if (minutes === 0) return 'nothing'
  const [unit, count] =
    minutes % 1440 === 0
      ? ['day', minutes / 1440]
      : minutes % 60 === 0
        ? ['hour', minutes / 60]
        : ['minute', minutes]
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
