import { beforeAll } from 'vitest'
import { clusterPortCases } from '#lib/testing/cluster-port/cluster-port.cases.ts'
import type { Ground } from '#lib/testing/cluster-port/ground.ts'
import { realCluster } from '#lib/testing/real-cluster.ts'

const RBAC = 'rbac.authorization.k8s.io'
const READER = { namespace: 'default', name: 'contract-reader' }

let ground: Ground
beforeAll(async () => {
  const real = await realCluster()
  const metadata = { name: READER.name }
  await real.admin.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: READER })
  const verbs = ['get', 'list', 'watch']
  await real.admin.apply({
    ...{ apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs }],
  })
  await real.admin.apply({
    ...{ apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: READER.name },
    subjects: [{ kind: 'ServiceAccount', ...READER }],
  })
  ground = { ...real, reader: await real.dialAs(READER) }
})

clusterPortCases(() => ground)
