/** What each way to stand to ServiceNow means, for whoever chooses. */
export const MODES = [
  { value: 'off', label: 'Off', about: 'ServiceNow is told nothing and asked nothing' },
  {
    value: 'mirror',
    label: 'Mirror',
    about: 'every change stands there as a standard change; Stairway alone decides',
  },
  {
    value: 'gate',
    label: 'Gate',
    about: 'every change is asked for there too, and starts only once both have approved it',
  },
] as const
