/** One thing that a change creates, alters, removes or keeps, as the page shows it. */
export type PlanItem = {
  place: 'repository' | 'cluster' | 'record'
  section: string
  /** Repository: file path. Cluster: `Kind/name`. Record: `class/name`. */
  path: string
  action: PlanAction
  text: string
  /** What stands there now, when it is altered or removed. */
  previous?: string | undefined
  cluster?: string | undefined
  environment?: string | undefined
}

export type PlanAction = 'create' | 'alter' | 'remove' | 'keep'

export type PlanNodeKind =
  | 'repository'
  | 'folder'
  | 'file'
  | 'clusters'
  | 'cluster'
  | 'object'
  | 'records'
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
  item?: number | undefined
}

/** Clusters that get the same objects, their own names aside. */
export type PlanPicture = {
  nodes: PlanNode[]
  items: PlanItem[]
  /** For each group of clusters: every cluster in it. */
  sameOn: Record<string, string[]>
}

const SIGNS: Record<PlanAction, string> = { create: '+', alter: '~', remove: '−', keep: '' }

/** The tree of a plan. Clusters whose objects differ only in the cluster's own words are folded into one. */
export function planPicture(items: readonly PlanItem[]): PlanPicture {
  const files = items.filter((item) => item.place === 'repository')
  const objects = items.filter((item) => item.place === 'cluster')
  const records = items.filter((item) => item.place === 'record')
  const picture: PlanPicture = { nodes: [], items: [], sameOn: {} }
  if (files.length > 0) addFiles(picture, files)
  if (objects.length > 0) addClusters(picture, objects)
  if (records.length > 0) addRecords(picture, records)
  return picture
}

/** How many of what: "+23", "+14 ~1", "" when nothing moves. */
export function countText(items: readonly { action: PlanAction }[]): string {
  return (['create', 'alter', 'remove'] as const)
    .map((action) => ({
      sign: SIGNS[action],
      n: items.filter((item) => item.action === action).length,
    }))
    .filter(({ n }) => n > 0)
    .map(({ sign, n }) => `${sign}${n}`)
    .join(' ')
}

function addFiles(picture: PlanPicture, files: readonly PlanItem[]): void {
  picture.nodes.push(
    branch('repository', null, 0, {
      kind: 'repository',
      label: 'Repository',
      count: countText(files),
    }),
  )
  addFolder(picture, { id: 'repository', depth: 0, prefix: '' }, sorted(files))
}

type Folder = { id: string; depth: number; prefix: string }

function addFolder(picture: PlanPicture, folder: Folder, files: readonly PlanItem[]): void {
  const seen = new Set<string>()
  const inside = files.filter((file) => file.path.startsWith(folder.prefix))
  for (const file of inside.filter((file) => restOf(file, folder).includes('/'))) {
    const name = restOf(file, folder).split('/')[0] ?? ''
    if (seen.has(name)) continue
    seen.add(name)
    const prefix = `${folder.prefix}${name}/`
    const id = `repository/${prefix}`
    const below = inside.filter((other) => other.path.startsWith(prefix))
    picture.nodes.push(
      branch(id, folder.id, folder.depth + 1, {
        kind: 'folder',
        label: name,
        count: countText(below),
      }),
    )
    addFolder(picture, { id, depth: folder.depth + 1, prefix }, below)
  }
  for (const file of inside.filter((file) => !restOf(file, folder).includes('/'))) {
    addLeaf(
      picture,
      { parent: folder.id, depth: folder.depth + 1, kind: 'file', label: restOf(file, folder) },
      file,
    )
  }
}

function restOf(file: PlanItem, folder: Folder): string {
  return file.path.slice(folder.prefix.length)
}

function addClusters(picture: PlanPicture, objects: readonly PlanItem[]): void {
  const byCluster = groupsBy(objects, (item) => item.cluster ?? '')
  const groups = groupsBy(byCluster.entries(), ([cluster, own]) => fingerprint(cluster, own))
  picture.nodes.push(
    branch('clusters', null, 0, {
      kind: 'clusters',
      label: 'Clusters',
      count: `${byCluster.size} × ${perCluster(byCluster)}`,
    }),
  )
  for (const group of groups.values()) {
    const [first, ...others] = group
    if (!first) continue
    const [cluster, own] = first
    const id = `clusters/${cluster}`
    picture.sameOn[id] = group.map(([name]) => name)
    const label = others.length === 0 ? cluster : `${cluster} and ${others.length} more`
    picture.nodes.push(branch(id, 'clusters', 1, { kind: 'cluster', label, count: countText(own) }))
    for (const item of own)
      addLeaf(picture, { parent: id, depth: 2, kind: 'object', label: item.path }, item)
  }
}

function perCluster(byCluster: ReadonlyMap<string, readonly PlanItem[]>): string {
  const sizes = new Set([...byCluster.values()].map((own) => own.length))
  return sizes.size === 1 ? String([...sizes][0]) : `${Math.min(...sizes)} to ${Math.max(...sizes)}`
}

function fingerprint(cluster: string, own: readonly PlanItem[]): string {
  return own
    .map((item) =>
      [item.action, item.path, item.text, item.previous ?? '']
        .join('\u0000')
        .replaceAll(cluster, '\u0001'),
    )
    .join('\u0002')
}

function addRecords(picture: PlanPicture, records: readonly PlanItem[]): void {
  picture.nodes.push(
    branch('records', null, 0, { kind: 'records', label: 'CMDB', count: countText(records) }),
  )
  for (const [name, own] of groupsBy(records, (item) => item.path.split('/')[0] ?? '')) {
    const id = `records/${name}`
    picture.nodes.push(
      branch(id, 'records', 1, {
        kind: 'folder',
        label: name.replaceAll('_', ' '),
        count: countText(own),
      }),
    )
    for (const item of own) {
      addLeaf(
        picture,
        { parent: id, depth: 2, kind: 'record', label: item.path.slice(name.length + 1) },
        item,
      )
    }
  }
}

type Branch = Pick<PlanNode, 'kind' | 'label' | 'count'>

function branch(id: string, parent: string | null, depth: number, rest: Branch): PlanNode {
  return { id, parent, depth, ...rest }
}

function addLeaf(
  picture: PlanPicture,
  place: Omit<PlanNode, 'id' | 'count' | 'item'> & { parent: string },
  item: PlanItem,
): void {
  const index = picture.items.push(item) - 1
  picture.nodes.push({
    ...place,
    id: `${place.parent}/${place.label}#${index}`,
    count: SIGNS[item.action],
    item: index,
  })
}

function sorted(files: readonly PlanItem[]): PlanItem[] {
  return [...files].sort((one, other) => (one.path < other.path ? -1 : 1))
}

function groupsBy<T, K>(things: Iterable<T>, keyOf: (thing: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const thing of things) {
    const key = keyOf(thing)
    const group = groups.get(key)
    if (group) group.push(thing)
    else groups.set(key, [thing])
  }
  return groups
}
