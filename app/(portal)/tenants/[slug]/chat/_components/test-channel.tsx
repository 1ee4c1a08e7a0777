'use client'
import { testChatAction } from '../../../actions.ts'
import { TestButton } from '../../_components/test-button.tsx'

/** Asks for a test message in the channel. */
export function TestChannel({ tenant }: { tenant: string }) {
  return <TestButton label="Send a test message" act={() => testChatAction({ tenant })} />
}
