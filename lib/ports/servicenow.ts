/** How an instance is reached; `secret` is opened and never leaves the worker. */
export type ServiceNowAccess = {
  /** `https://bank.service-now.com`, without a path. */
  instance: string
  /** `basic`: user and password. `oauth`: client id and secret, exchanged for a token by the client credentials grant. */
  auth: 'basic' | 'oauth'
  user: string
  secret: string
}

/** A row of `change_request`, as far as we read it. */
export type SnowChange = {
  sysId: string
  number: string
  type: string
  /** As it is stored; an instance may have states of its own. */
  state: number
  stateLabel: string
  /** `not requested`, `requested`, `approved`, `rejected`. */
  approval: string
  onHold: boolean
  onHoldReason: string
  correlationId: string
  closeCode: string
  /** Grows with every write: tells one reading from another. */
  modCount: number
  createdAt: Date
}

/** Fields of a change by their column names. */
export type SnowFields = Readonly<Record<string, string>>

export type NewSnowChange = {
  correlationId: string
  fields: SnowFields
} & ({ type: 'normal' | 'emergency' } | { type: 'standard'; template: string })

/** One entry of the journal: a comment, or a work note. */
export type SnowNote = {
  id: string
  /** sys_id of the change. */
  of: string
  kind: 'comments' | 'work_notes'
  text: string
  by: string
  at: Date
}

/** Somebody's answer to an approval that was asked of them. */
export type SnowApproval = { of: string; by: string; state: string; comments: string; at: Date }

/**
 * One instance of ServiceNow, by its Change Management API and its Table API. Every call may throw AdapterError. A call that writes and ends as `timeout`,
 * `unreachable`, `server_error` or `untrusted_answer` may have been done all the same.
 */
export type ServiceNow = {
  /** Every change that carries this correlation id, the oldest first. */
  find(correlationId: string): Promise<SnowChange[]>
  /** So many of these changes as there still are; at most 50 at once. */
  read(sysIds: readonly string[]): Promise<SnowChange[]>
  create(change: NewSnowChange): Promise<SnowChange>
  /** Writes fields, `state` and `work_notes` among them, in one transaction there. `conflict` when its rules refuse the move. */
  update(sysId: string, fields: SnowFields): Promise<SnowChange>
  /** States to which the change may be moved now. */
  nextStates(sysId: string): Promise<number[]>
  /** Journal entries of these changes since a moment, the oldest first; at most 50 changes at once. */
  notes(sysIds: readonly string[], since: Date): Promise<SnowNote[]>
  /** Answers to approvals of these changes, the newest first. */
  approvals(sysIds: readonly string[]): Promise<SnowApproval[]>
}

export type ServiceNowDialer = {
  /** Throws AdapterError (`not_allowed`) where OUTBOUND_ALLOW does not name the instance. */
  dial(access: ServiceNowAccess): ServiceNow
}
