import type { FreezeDefinition, FreezeKind } from '#lib/calendar/freeze.ts'

/** What stands in the form, as the freeze that it describes. What cannot be one is told by the command. */
export function freezeOf(form: FormData): FreezeDefinition {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  const rule = text('repeats') === 'own' ? text('rule') : text('repeats')
  return {
    name: text('name'),
    kind: text('kind') as FreezeKind,
    reason: text('reason'),
    owner: text('owner'),
    approvers: text('kind') === 'restricted' ? text('approvers') : null,
    holdsFlux: form.get('holdsFlux') === 'on',
    scope: {
      tenants: listOf(text('tenants')),
      environments: form.getAll('environments').map(String),
      clusters: listOf(text('clusters')),
    },
    zone: text('zone'),
    start: text('start').slice(0, 16),
    duration: durationOf(text('days'), text('hours'), text('minutes')),
    rule: rule === '' ? null : rule,
    except: listOf(text('except')),
    also: listOf(text('also')),
  }
}

/** Names and starts are written one after another, with commas, spaces or lines between. */
function listOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))]
}

function durationOf(days: string, hours: string, minutes: string): string {
  const part = (text: string, sign: string) => (Number(text) > 0 ? `${Number(text)}${sign}` : '')
  const time = `${part(hours, 'H')}${part(minutes, 'M')}`
  return `P${part(days, 'D')}${time ? `T${time}` : ''}`
}
