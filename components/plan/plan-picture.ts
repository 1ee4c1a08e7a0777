/** One thing that a change creates, alters, removes or keeps. `previous` is what stands there now. */
export type PlanItem = {
  section: string
  /** File path, `Kind/name`, or `class/key`. */
  path: string
  action: string
  text: string
  /** Path by which the text is fetched when it is looked at; then `text` is empty. */
  elsewhere?: string | undefined
  previous?: string | undefined
}

/** Objects of one target, which stands for all clusters that get the same, their own names aside. */
export type PlanTarget = {
  cluster: string
  environment: string
  clusters: readonly string[]
  items: readonly PlanItem[]
}

export type PlanSource = {
  files: readonly PlanItem[]
  targets: readonly PlanTarget[]
  records: readonly PlanItem[]
  terms: readonly PlanItem[]
  /** Objects of a cluster's baseline, `Kind/name`. */
  baseline?: readonly PlanItem[]
  /** Texts of policies, by name. */
  policies?: readonly PlanItem[]
}

export type PlanNodeKind =
  | 'repository'
  | 'folder'
  | 'file'
  | 'clusters'
  | 'baseline'
  | 'cluster'
  | 'object'
  | 'records'
  | 'terms'
  | 'record'

/** A row of the tree, in reading order. */
export type PlanNode = {
  id: string
  parent: string | null
  depth: number
  kind: PlanNodeKind
  label: string
  count: string
  /** Leaf: index of its item. */
  item?: number
}

export type PlanPicture = {
  nodes: PlanNode[]
  items: { title: string; item: PlanItem; yaml: boolean }[]
  /** For each folded target: every cluster in it. */
  sameOn: Record<string, readonly string[]>
}

/** The tree of a plan, and what each leaf shows. */
export function planPicture({
  files,
  targets,
  records,
  terms,
  baseline = [],
  policies = [],
}: PlanSource): PlanPicture {
  const picture: PlanPicture = { nodes: [], items: [], sameOn: {} }
  if (files.length > 0) {
    addBranch(
      picture,
      { id: 'repository', parent: null, depth: 0, kind: 'repository', label: 'Repository' },
      files,
    )
    addFolder(picture, { id: 'repository', depth: 0, prefix: '' }, inOrder(files))
  }
  if (targets.length > 0) addTargets(picture, targets)
  addFlat(picture, { id: 'baseline', kind: 'baseline', label: 'Cluster baseline' }, baseline)
  addFlat(picture, { id: 'policies', kind: 'baseline', label: 'Policies' }, policies)
  if (records.length > 0) addRecords(picture, records)
  if (terms.length > 0) {
    addBranch(
      picture,
      { id: 'terms', parent: null, depth: 0, kind: 'terms', label: 'Terms' },
      terms,
    )
    for (const item of terms)
      addLeaf(picture, { parent: 'terms', depth: 1, kind: 'record', label: item.path }, item)
  }
  return picture
}

const SIGNS: Record<string, string> = { create: '+', alter: '~', remove: '−' }

/** How many of what: "+23", "+14 ~1", "" when nothing moves. */
export function countText(items: readonly Pick<PlanItem, 'action'>[]): string {
  return Object.entries(SIGNS)
    .map(([action, sign]) => ({ sign, n: items.filter((item) => item.action === action).length }))
    .filter(({ n }) => n > 0)
    .map(({ sign, n }) => `${sign}${n}`)
    .join(' ')
}

type Folder = { id: string; depth: number; prefix: string }

function addFolder(picture: PlanPicture, folder: Folder, files: readonly PlanItem[]): void {
  const rest = (file: PlanItem) => file.path.slice(folder.prefix.length)
  const nested = files.filter((file) => rest(file).includes('/'))
  for (const name of new Set(nested.map((file) => rest(file).split('/')[0] ?? ''))) {
    const inner = {
      id: `repository/${folder.prefix}${name}/`,
      depth: folder.depth + 1,
      prefix: `${folder.prefix}${name}/`,
    }
    const below = nested.filter((file) => file.path.startsWith(inner.prefix))
    addBranch(
      picture,
      { id: inner.id, parent: folder.id, depth: inner.depth, kind: 'folder', label: name },
      below,
    )
    addFolder(picture, inner, below)
  }
  for (const file of files.filter((file) => !rest(file).includes('/'))) {
    addLeaf(
      picture,
      { parent: folder.id, depth: folder.depth + 1, kind: 'file', label: rest(file) },
      file,
    )
  }
}

function addTargets(picture: PlanPicture, targets: readonly PlanTarget[]): void {
  const sizes = targets.map((target) => target.items.length)
  const total = targets.reduce((sum, target) => sum + target.clusters.length, 0)
  const each =
    Math.min(...sizes) === Math.max(...sizes)
      ? `${sizes[0]}`
      : `${Math.min(...sizes)} to ${Math.max(...sizes)}`
  picture.nodes.push({
    id: 'clusters',
    parent: null,
    depth: 0,
    kind: 'clusters',
    label: 'Clusters',
    count: `${total} × ${each}`,
  })
  for (const target of targets) {
    const id = `clusters/${target.cluster} ${target.environment}`
    const more = target.clusters.length - 1
    const label = `${target.cluster}${more > 0 ? ` and ${more} more` : ''} · ${target.environment}`
    picture.sameOn[id] = target.clusters
    addBranch(picture, { id, parent: 'clusters', depth: 1, kind: 'cluster', label }, target.items)
    for (const item of target.items) {
      addLeaf(
        picture,
        { parent: id, depth: 2, kind: 'object', label: item.path },
        item,
        `${target.cluster} / ${item.path}`,
      )
    }
  }
}

/** A branch whose items stand right below it; none when there is nothing. */
function addFlat(
  picture: PlanPicture,
  branch: { id: string; kind: PlanNodeKind; label: string },
  items: readonly PlanItem[],
): void {
  if (items.length === 0) return
  addBranch(picture, { ...branch, parent: null, depth: 0 }, items)
  for (const item of items)
    addLeaf(picture, { parent: branch.id, depth: 1, kind: 'object', label: item.path }, item)
}

function addRecords(picture: PlanPicture, records: readonly PlanItem[]): void {
  addBranch(
    picture,
    { id: 'records', parent: null, depth: 0, kind: 'records', label: 'CMDB' },
    records,
  )
  const classOf = (item: PlanItem) => item.path.split('/')[0] ?? ''
  for (const name of new Set(records.map(classOf))) {
    const own = records.filter((item) => classOf(item) === name)
    const id = `records/${name}`
    addBranch(
      picture,
      { id, parent: 'records', depth: 1, kind: 'folder', label: name.replaceAll('_', ' ') },
      own,
    )
    for (const item of own)
      addLeaf(
        picture,
        { parent: id, depth: 2, kind: 'record', label: item.path.slice(name.length + 1) },
        item,
      )
  }
}

function addBranch(
  picture: PlanPicture,
  node: Omit<PlanNode, 'count' | 'item'>,
  items: readonly PlanItem[],
): void {
  picture.nodes.push({ ...node, count: countText(items) })
}

type Leaf = { parent: string; depth: number; kind: PlanNodeKind; label: string }

function addLeaf(picture: PlanPicture, leaf: Leaf, item: PlanItem, title = item.path): void {
  const yaml = leaf.kind !== 'file' || /\.ya?ml$/.test(item.path)
  const index = picture.items.push({ title, item, yaml }) - 1
  picture.nodes.push({
    ...leaf,
    id: `${leaf.parent}#${index}`,
    count: SIGNS[item.action] ?? '',
    item: index,
  })
}

function inOrder(files: readonly PlanItem[]): PlanItem[] {
  return [...files].sort((one, other) => (one.path < other.path ? -1 : 1))
}
