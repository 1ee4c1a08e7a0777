import type { IValidatingAdmissionPolicy } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy'
import type { IValidatingAdmissionPolicyBinding } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { LABELS } from '../names.ts'

const ADMISSION = 'admissionregistration.k8s.io/v1'

/** One validating admission policy. */
export function policyObject(
  name: string,
  spec: IValidatingAdmissionPolicy['spec'],
): KubernetesObject {
  return { apiVersion: ADMISSION, kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec }
}

/** Its binding: what does not hold is refused, everywhere or in tenant namespaces only. */
export function denyBinding(name: string, where?: 'tenants'): KubernetesObject {
  const matchResources = { namespaceSelector: { matchLabels: { [LABELS.role]: 'tenant' } } }
  return {
    apiVersion: ADMISSION,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: {
      policyName: name,
      validationActions: ['Deny'],
      ...(where ? { matchResources } : {}),
    },
  } satisfies IValidatingAdmissionPolicyBinding
}
