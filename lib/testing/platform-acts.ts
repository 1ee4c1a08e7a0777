import { aFreeze } from './freezes.ts'

const reason = 'because'

type Acts = Readonly<Record<string, () => unknown>>

/** What is sent to every act that is the platform's people's alone: nobody of a tenant comes as far as its command. A new one is a new line here. */
export function platformActs(clusterId: string): Acts {
  return { ...actsOnFleet(clusterId), ...OTHERS }
}

const actsOnFleet = (clusterId: string): Acts => ({
  retryJobAction: () => ({ queue: 'run.advance', id: crypto.randomUUID() }),
  changeAdmissionAction: () => ({
    tenant: 'payments',
    clusterId,
    environment: 'dev',
    admitted: false,
    reason,
  }),
  changeQuotaAction: () => ({
    tenant: 'payments',
    environment: 'dev',
    cpu: 0,
    memory: 0,
    instances: 0,
    reason,
  }),
  changeDriftPolicyAction: () => ({
    tenant: 'payments',
    environment: 'dev',
    policy: 'report',
    reason,
  }),
  registerClusterAction: () => ({ name: 'mine' }),
  replaceCredentialsAction: () => ({ clusterId }),
  registerByKubeconfigAction: () => ({ name: 'mine' }),
  replaceByKubeconfigAction: () => ({
    clusterId,
    kubeconfig: 'kind: Config',
  }),
  setDrainingAction: () => ({
    clusterId,
    draining: true,
    reason,
  }),
  lookAtClusterAction: () => ({ clusterId }),
  retireClusterAction: () => ({ clusterId, reason }),
  askBaselineAction: () => ({
    clusterId,
    planHash: '0'.repeat(64),
    reason,
  }),
  askWaiverAction: () => ({
    clusterId,
    checkId: 'clock',
    reason: `${reason}, for long`,
    days: 7,
  }),
})

const OTHERS: Acts = {
  previewEntitlementsAction: () => ({ text: 'x' }),
  proposeEntitlementsAction: () => ({ text: 'x', reason, planHash: '0'.repeat(64) }),
  previewPolicyAction: () => ({ draft: {}, simulate: null }),
  proposePolicyAction: () => ({ draft: {}, reason, planHash: '0'.repeat(64) }),
  previewStandardAction: () => ({ draft: {} }),
  proposeStandardAction: () => ({ draft: {}, reason, planHash: '0'.repeat(64) }),
  setReviewDaysAction: () => ({ tenant: 'payments', days: 30, reason }),
  setServiceNowAction: () => ({ tenant: 'payments', mode: 'off' }),
  testServiceNowAction: () => ({ tenant: 'payments' }),
  setChatAction: () => ({ tenant: 'payments', state: 'off' }),
  testChatAction: () => ({ tenant: 'payments' }),
  settleWaiverAction: () => ({ waiverId: 'wvr_x', act: 'grant' }),
  previewFreezeAction: () => ({ freeze: aFreeze().freeze }),
  saveFreezeAction: () => aFreeze(),
  endFreezeAction: () => ({ freezeId: 'frz_x', reason: `${reason}, for long` }),
  importFreezesAction: () => ({ text: 'BEGIN:VCALENDAR' }),
  registerDestinationAction: () => ({ name: 'mine' }),
  actOnDestinationAction: () => ({
    destinationId: 'adn_x',
    act: 'pause',
    reason: `${reason}, for long`,
  }),
  testDestinationAction: () => ({ destinationId: 'adn_x' }),
  proposeSourceAction: () => ({
    ...{ kind: 'training', transport: 'file', format: 'csv', address: 'training.csv' },
    ...{ caPem: '', token: '', everyMinutes: 5, maxRemovedPercent: 20 },
    reason: `${reason}, for long`,
  }),
  decideSourceAction: () => ({ sourceId: 'src_x', verdict: 'confirm' }),
  removeSourceAction: () => ({ sourceId: 'src_x', reason: `${reason}, for long` }),
  acceptRemovalAction: () => ({
    ...{ kind: 'training', digest: '0'.repeat(64), reason: `${reason}, for long` },
  }),
  readSourceAction: () => ({ kind: 'training' }),
  setLdapAction: () => ({ directoryId: null, name: 'mine' }),
  endLdapAction: () => ({ directoryId: 'dir_x', reason: `${reason}, for long` }),
  acceptLeaversAction: () => ({
    directoryId: 'dir_x',
    digest: '0'.repeat(64),
    reason: `${reason}, for long`,
  }),
  readDirectoryAction: () => ({ directoryId: 'dir_x' }),
  issueDirectoryTokenAction: () => ({ directoryId: 'dir_x', reason }),
  revokeDirectoryTokenAction: () => ({
    directoryId: 'dir_x',
    mark: '0'.repeat(12),
    reason,
  }),
}
