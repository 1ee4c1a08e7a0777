'use client'
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { buttonClass } from './button-class.ts'

const SHOWN_MS = 1500

/** Copies a text and says so. `what` completes "Copy …". */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false)
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), SHOWN_MS)
  }
  const Icon = copied ? Check : Copy
  return (
    <button
      type="button"
      className={buttonClass({ kind: 'quiet', size: 'icon' })}
      onClick={() => void copy()}
    >
      <Icon className="icon" aria-hidden="true" />
      <span className="sr-only">Copy {what}</span>
      <span className="sr-only" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </button>
  )
}
