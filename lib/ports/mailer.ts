export type Mail = {
  /** Stable per (change, event, person), so that a repeat is recognised by the receiver. */
  messageId: string
  to: string
  subject: string
  text: string
}

/** Sends mail. Throws AdapterError only. */
export type Mailer = { send(mail: Mail): Promise<void> }
