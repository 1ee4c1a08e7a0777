/** Posts one body to a webhook of a chat system, whose address is its credential. Throws AdapterError only; `gone`: the address takes nothing any more, whoever tries. */
export type ChatWebhook = { post(body: string): Promise<void> }

export type ChatAccess = { kind: 'slack' | 'teams'; address: string }

/** Opens webhooks. Throws AdapterError where the address is not allowed. */
export type ChatDialer = { dial(access: ChatAccess): ChatWebhook }
