import {
  BookUser,
  Boxes,
  CalendarDays,
  CircleHelp,
  Footprints,
  Grid2x2,
  House,
  Layers,
  Library,
  type LucideIcon,
  Scale,
  ScrollText,
  ShieldOff,
  Stamp,
  UserCheck,
  Users,
  Wrench,
} from 'lucide-react'

const ICONS = {
  home: House,
  approvals: Stamp,
  waivers: ShieldOff,
  why: CircleHelp,
  access: UserCheck,
  changes: Footprints,
  services: Boxes,
  catalog: Library,
  calendar: CalendarDays,
  fleet: Grid2x2,
  templates: Layers,
  policies: Scale,
  tenants: Users,
  directories: BookUser,
  audit: ScrollText,
  jobs: Wrench,
} as const satisfies Record<string, LucideIcon>

/** A place in the rail. Which ones a person gets follows from their permissions. */
export type Place = {
  href: string
  label: string
  icon: keyof typeof ICONS
  /** Only where it means work for this person. */
  count?: number | undefined
  /** Second letter of "G then …". */
  key?: string | undefined
  /** Stands under the heading Platform. */
  platform?: boolean
}

/** The drawing of a place. */
export function PlaceIcon({ icon }: { icon: Place['icon'] }) {
  const Icon = ICONS[icon]
  return <Icon className="icon" aria-hidden="true" />
}
