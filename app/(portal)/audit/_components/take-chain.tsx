import { Button } from '#components/ui/button.tsx'
import { Field, Input, Select } from '#components/ui/field.tsx'

type TakeChainProps = { chains: readonly { tenant: string; name: string; events: number }[] }

/** A copy of a chain to take away, whole or a span of it, and the signed ends to keep. */
export function TakeChain({ chains }: TakeChainProps) {
  return (
    <section aria-labelledby="take-chain" className="px-(--gutter) pt-6">
      <h2 id="take-chain">Take a chain away</h2>
      <p className="mt-1 mb-3 max-w-[72ch] text-ink-2">
        With every hash; in JSON Lines also with its signed ends, so that it can be verified without
        Stairway. That it was taken stands in the chain. Keep the{' '}
        <a className="link" href="/audit/heads">
          signed ends of today
        </a>{' '}
        outside: a restored database is compared with them.
      </p>
      <form action="/audit/chain" method="get" className="flex flex-wrap items-end gap-3">
        <Field id="chain-tenant" label="Chain">
          <Select id="chain-tenant" name="tenant">
            {chains.map(({ tenant, name, events }) => (
              <option key={tenant} value={tenant}>
                {name}, {events}
              </option>
            ))}
          </Select>
        </Field>
        <Field id="chain-from" label="From day or number">
          <Input id="chain-from" name="from" maxLength={10} placeholder="the first" />
        </Field>
        <Field id="chain-to" label="To day or number">
          <Input id="chain-to" name="to" maxLength={10} placeholder="the newest" />
        </Field>
        <Field id="chain-format" label="As">
          <Select id="chain-format" name="format">
            <option value="jsonl">JSON Lines</option>
            <option value="ocsf">OCSF</option>
            <option value="cef">CEF</option>
          </Select>
        </Field>
        <div className="field">
          <Button type="submit">Download</Button>
        </div>
      </form>
    </section>
  )
}
