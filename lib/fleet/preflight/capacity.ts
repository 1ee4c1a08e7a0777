import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { quantityOf } from '../quantity.ts'
import { type Check, found, judged, passed } from './check.ts'
import type { ClusterEvidence } from './evidence.ts'

type Amount = { cpu: number; memory: number }

const GIB = 2 ** 30

/** What all quotas of the cluster promise, against what its nodes have for pods. */
export function checkCapacity({ nodes, quotas }: ClusterEvidence): Check {
  const nature = {
    id: 'capacity',
    blocking: false,
    risk: 'More is promised than the nodes have: when tenants use what they were given, pods wait, and Flux reports them not ready.',
  } as const
  return judged(nature, nodes, (allNodes) =>
    judged(nature, quotas, (allQuotas) => {
      const open = allNodes.filter(takesPods)
      const has = sum(open.map(allocatable))
      const promised = sum(allQuotas.map(requests))
      const evidence = `${count(open.length, 'node')} with ${words(has)}; ${count(allQuotas.length, 'quota')} promising ${words(promised)}`
      if (promised.cpu <= has.cpu && promised.memory <= has.memory && open.length > 0)
        return passed(nature, evidence)
      return found(nature, {
        outcome: open.length === 0 ? 'fail' : 'warn',
        evidence,
        remedy:
          open.length === 0
            ? 'kubectl get nodes'
            : 'kubectl get resourcequota --all-namespaces   # then add nodes, or lower quotas',
      })
    }),
  )
}

type Node = {
  spec?: { unschedulable?: boolean }
  status?: {
    allocatable?: Record<string, string>
    conditions?: readonly { type?: string; status?: string }[]
  }
}

function takesPods(object: KubernetesObject): boolean {
  const { spec, status } = object as Node
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status
  return spec?.unschedulable !== true && ready === 'True'
}

function allocatable(object: KubernetesObject): Amount {
  const { cpu, memory } = (object as Node).status?.allocatable ?? {}
  return amount(cpu, memory)
}

/** Without a limit of its own a quota counts nothing; `cpu` is an old name of `requests.cpu`. */
function requests({ spec }: KubernetesObject): Amount {
  const hard = (spec as { hard?: Record<string, string> } | undefined)?.hard ?? {}
  return amount(hard['requests.cpu'] ?? hard.cpu, hard['requests.memory'] ?? hard.memory)
}

function amount(cpu = '0', memory = '0'): Amount {
  return { cpu: quantityOf(String(cpu)) || 0, memory: quantityOf(String(memory)) || 0 }
}

function sum(all: readonly Amount[]): Amount {
  return all.reduce(
    (total, { cpu, memory }) => ({ cpu: total.cpu + cpu, memory: total.memory + memory }),
    { cpu: 0, memory: 0 },
  )
}

function words({ cpu, memory }: Amount): string {
  return `${Math.round(cpu * 10) / 10} CPU and ${Math.round((memory / GIB) * 10) / 10} GiB`
}

function count(n: number, of: string): string {
  return n === 1 ? `1 ${of}` : `${n} ${of}s`
}
