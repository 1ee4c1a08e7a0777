'use client'
import {
  Box,
  ChevronDown,
  ChevronRight,
  Database,
  FileText,
  Folder,
  FolderGit2,
  type LucideIcon,
  Scale,
  Server,
} from 'lucide-react'
import { type KeyboardEvent, useEffect, useId, useState } from 'react'
import type { PlanNode, PlanNodeKind } from './plan-picture.ts'
import { isBranch, startOfTree, toggled, treeAfterKey, visibleNodes } from './tree-keys.ts'

const ICONS: Record<PlanNodeKind, LucideIcon | null> = {
  repository: FolderGit2,
  folder: Folder,
  file: FileText,
  clusters: Server,
  baseline: Server,
  cluster: Box,
  object: null,
  records: Database,
  terms: Scale,
  record: null,
}

type PlanTreeProps = {
  nodes: readonly PlanNode[]
  selected: string | undefined
  onSelect: (node: PlanNode) => void
}

/** The plan's tree: one tab stop, arrows to move, right and left to open and close, Enter to show. */
export function PlanTree({ nodes, selected, onSelect }: PlanTreeProps) {
  const prefix = useId()
  const [state, setState] = useState(() => startOfTree(nodes, selected))
  const visible = visibleNodes(nodes, state.closed)
  const current = visible.find((node) => node.id === state.active)
  const rowId = (node: PlanNode) => `${prefix}${node.id}`
  const currentId = current && rowId(current)

  useEffect(() => {
    if (currentId && document.activeElement?.getAttribute('role') === 'tree') {
      document.getElementById(currentId)?.scrollIntoView({ block: 'nearest' })
    }
  }, [currentId])

  function choose(node: PlanNode): void {
    setState((before) => (isBranch(node) ? toggled(before, node) : { ...before, active: node.id }))
    if (!isBranch(node)) onSelect(node)
  }

  function onKeyDown(event: KeyboardEvent): void {
    const next = treeAfterKey(nodes, state, event.key)
    if (next) setState(next)
    else if ((event.key === 'Enter' || event.key === ' ') && current) choose(current)
    else return
    event.preventDefault()
  }

  return (
    <div
      className="tree"
      role="tree"
      aria-label="Plan"
      tabIndex={0}
      aria-activedescendant={currentId}
      onKeyDown={onKeyDown}
    >
      {visible.map((node) => (
        <TreeRow
          key={node.id}
          id={rowId(node)}
          node={node}
          open={isBranch(node) ? !state.closed.has(node.id) : undefined}
          selected={node.id === selected}
          active={node.id === state.active}
          onChoose={() => choose(node)}
        />
      ))}
    </div>
  )
}

type TreeRowProps = {
  id: string
  node: PlanNode
  open: boolean | undefined
  selected: boolean
  active: boolean
  onChoose: () => void
}

function TreeRow({ id, node, open, selected, active, onChoose }: TreeRowProps) {
  const Icon = ICONS[node.kind]
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree holds the focus and handles the keys
    <div
      id={id}
      role="treeitem"
      tabIndex={-1}
      aria-level={node.depth + 1}
      aria-selected={selected}
      aria-expanded={open}
      className="tree-row"
      data-depth={Math.min(node.depth, 5)}
      data-selected={selected || undefined}
      data-active={active || undefined}
      title={node.label}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onChoose}
    >
      {open === undefined ? (
        <span className="w-[13px] flex-none" />
      ) : (
        <Chevron aria-hidden="true" />
      )}
      {Icon ? <Icon aria-hidden="true" /> : null}
      <TreeLabel label={node.label} />
      <span className="tree-count">{node.count}</span>
    </div>
  )
}

const LONG = 24
const TAIL = 12

/** A long name is cut before its end: names of one kind begin alike, and the end tells them apart. */
function TreeLabel({ label }: { label: string }) {
  if (label.length <= LONG) return <span className="cut">{label}</span>
  return (
    <span className="tree-label">
      <span className="sr-only">{label}</span>
      <span aria-hidden="true" className="cut">
        {label.slice(0, -TAIL)}
      </span>
      <span aria-hidden="true" className="tree-tail">
        {label.slice(-TAIL)}
      </span>
    </span>
  )
}
