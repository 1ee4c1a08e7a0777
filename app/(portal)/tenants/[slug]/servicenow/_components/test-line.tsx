'use client'
import { testServiceNowAction } from '../../../actions.ts'
import { TestButton } from '../../_components/test-button.tsx'

/** Asks the worker to try the line; the page says what came back. */
export function TestLine({ tenant }: { tenant: string }) {
  return <TestButton label="Test the connection" act={() => testServiceNowAction({ tenant })} />
}
