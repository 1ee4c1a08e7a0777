import { type ChangeRow, lockChange } from '#lib/changes/store.ts'
import { transition } from '#lib/changes/transitions.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { SubmitService } from './request-service.schema.ts'

export type NotEditable =
  | { code: 'change_not_found' }
  | { code: 'not_editable'; state: string }
  | { code: 'edited_meanwhile'; revision: number }

/** The change that a request edits, locked; refused when somebody else edited it meanwhile or its state is past editing. */
export async function editable(
  tx: Transaction,
  input: SubmitService,
  tenantId: string,
): Promise<Result<ChangeRow, NotEditable>> {
  const change = await lockChange(tx, input.changeId ?? '')
  if (!change || change.tenantId !== tenantId || change.kind !== 'onboard')
    return err({ code: 'change_not_found' })
  if (input.baseRevision !== undefined && change.revision !== input.baseRevision)
    return err({ code: 'edited_meanwhile', revision: change.revision })
  if (!transition(change.state, 'edit').ok)
    return err({ code: 'not_editable', state: change.state })
  return ok(change)
}
