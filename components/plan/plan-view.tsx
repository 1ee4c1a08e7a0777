'use client'
import { useEffect, useState } from 'react'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { SkeletonRows } from '#components/ui/skeleton.tsx'
import { CodeView } from './code-view.tsx'
import type { PlanNode, PlanPicture } from './plan-picture.ts'
import { PlanTree } from './plan-tree.tsx'

type PlanViewProps = {
  picture: PlanPicture
  /** Beginning of the label that is shown first, unless something differs; else the first leaf. */
  first?: string
  /** Fetches the text of an item that the picture only names; null when it cannot be had. */
  fetchText?: (path: string) => Promise<string | null>
}

/** The plan: tree on the left, the chosen file, object or record on the right. */
export function PlanView({ picture, first = 'Kustomization', fetchText }: PlanViewProps) {
  const [chosen, setChosen] = useState<string>()
  const leaf = leafOf(picture, chosen) ?? firstLeaf(picture, first)
  const shown = leaf?.item === undefined ? undefined : picture.items[leaf.item]
  const same = (leaf?.parent ? picture.sameOn[leaf.parent] : undefined) ?? []
  return (
    <div className="plan">
      <PlanTree nodes={picture.nodes} selected={leaf?.id} onSelect={(node) => setChosen(node.id)} />
      <div className="viewer">
        <div className="viewer-head">
          <span className="mono cut flex-1" title={shown?.title}>
            {shown?.title ?? 'Nothing is chosen'}
          </span>
          {same.length > 1 ? (
            <span
              className="not-phone text-xs whitespace-nowrap text-ink-3"
              title={same.join(', ')}
            >
              same on {same.length}
            </span>
          ) : null}
          {shown ? <CopyButton text={shown.item.text} what={shown.title} /> : null}
        </div>
        {shown?.item.elsewhere !== undefined && fetchText ? (
          <Fetched
            key={shown.item.elsewhere}
            title={shown.title}
            path={shown.item.elsewhere}
            fetchText={fetchText}
          />
        ) : null}
        {shown && shown.item.elsewhere === undefined ? <Shown key={leaf?.id} {...shown} /> : null}
      </div>
    </div>
  )
}

function Shown({ title, item, yaml }: PlanPicture['items'][number]) {
  const gone = item.action === 'remove'
  return (
    <CodeView
      text={gone ? '' : item.text}
      previous={gone ? item.text : item.previous}
      label={title}
      yaml={yaml}
    />
  )
}

type FetchedProps = {
  title: string
  path: string
  fetchText: NonNullable<PlanViewProps['fetchText']>
}

function Fetched({ title, path, fetchText }: FetchedProps) {
  const [text, setText] = useState<string | null>()
  useEffect(() => {
    let stale = false
    void fetchText(path).then((found) => {
      if (!stale) setText(found)
    })
    return () => {
      stale = true
    }
  }, [path, fetchText])
  if (text === undefined) return <SkeletonRows rows={6} />
  if (text === null) return <p className="p-3 text-ink-2">It could not be read. Choose it again.</p>
  return <CodeView text={text} label={title} yaml />
}

function leafOf(picture: PlanPicture, id: string | undefined): PlanNode | undefined {
  return picture.nodes.find((node) => node.id === id && node.item !== undefined)
}

function firstLeaf(picture: PlanPicture, wanted: string): PlanNode | undefined {
  const leaves = picture.nodes.filter((node) => node.item !== undefined)
  const differs = (node: PlanNode) => picture.items[node.item ?? -1]?.item.previous !== undefined
  return leaves.find(differs) ?? leaves.find((node) => node.label.startsWith(wanted)) ?? leaves[0]
}
