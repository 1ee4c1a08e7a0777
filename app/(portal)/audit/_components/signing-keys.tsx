import { CopyButton } from '#components/ui/copy-button.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'

type Key = { keyId: string; publicKey: string; firstUsedAt: string; heads: number }

/** Public keys to write down outside of Stairway: what a pack or a head is verified against. */
export function SigningKeys({ keys }: { keys: readonly Key[] }) {
  if (keys.length === 0) return null
  return (
    <section aria-labelledby="signing-keys" className="px-(--gutter) pt-6 pb-6">
      <h2 id="signing-keys">Signing keys</h2>
      <p className="mt-1 mb-3 text-ink-2">
        Ends of chains and evidence packs are signed with the first. Write it down outside of
        Stairway, and verify with what you wrote down.{' '}
        <a className="link" href="/audit/keys">
          As JSON
        </a>
      </p>
      <ul className="grid gap-3">
        {keys.map(({ keyId, publicKey, firstUsedAt, heads }, place) => (
          <li key={keyId}>
            <p className="flex items-start gap-2">
              <span className="mono break-all">{publicKey}</span>
              <CopyButton text={publicKey} what={`the public key ${keyId}`} />
            </p>
            <p className="text-xs text-ink-2">
              Key <span className="mono">{keyId}</span>,{' '}
              {place === 0 ? 'signs now' : 'signed earlier'}, first <Time at={firstUsedAt} />,{' '}
              {counted(heads, 'signed end')}
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
