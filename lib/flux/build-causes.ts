import type { Rule } from './cause.ts'

/** Why manifests or a chart cannot be made from what the source gave, and what waits for something else. */
export const BUILD_RULES: readonly Rule[] = [
  {
    code: 'path_not_found',
    message: /kustomization path not found/,
    whose: 'yours',
    nextStep: 'Restore the overlay folder of this environment in the repository.',
  },
  {
    code: 'substitution',
    reason: /^BuildFailed$/,
    message: /post build failed|substitut/,
    whose: 'yours',
    nextStep:
      'A variable in deploy/ has no value. Give it a default, or write $${…} for literal text.',
  },
  {
    code: 'decryption',
    reason: /^BuildFailed$/,
    message: /decryption failed|sops|^secrets "[^"]*" not found|decryption provider/i,
    whose: 'yours',
    nextStep:
      'A secret in deploy/ cannot be decrypted here. Encrypt it for the key of this cluster.',
  },
  {
    code: 'remote_base',
    reason: /^BuildFailed$/,
    message: /URL is a git repository|accumulating resources from '(?:[a-z]+:\/\/|git@)/,
    whose: 'yours',
    nextStep:
      'Bases from elsewhere are not built: copy what it holds under deploy/, where it is reviewed, and push.',
  },
  {
    code: 'build_failed',
    reason: /^BuildFailed$/,
    whose: 'yours',
    nextStep:
      'Correct the manifests under deploy/ and push; `kustomize build` shows the same error locally.',
  },
  {
    code: 'access_denied',
    reason: /^AccessDenied$/,
    whose: 'yours',
    nextStep:
      'It refers to something of another namespace, which this cluster does not allow. Refer to what is in its own namespace.',
  },
  {
    code: 'dependency_expression',
    message: /CEL expression/,
    whose: 'yours',
    nextStep: 'The condition on a dependency cannot be evaluated. Correct it in deploy/ and push.',
  },
  {
    code: 'dependency_missing',
    reason: /^DependencyNotReady$/,
    message: /not found/,
    whose: 'yours',
    nextStep: 'What it depends on is not there. Correct `dependsOn`, or place what it names.',
  },
  {
    code: 'values_missing',
    reason: /^ValuesError$/,
    message: /not found|missing key/,
    whose: 'yours',
    nextStep: 'The ConfigMap, Secret or key with the values is not there. Place it, and push.',
  },
  {
    code: 'values_invalid',
    reason: /^ValuesError$/,
    whose: 'yours',
    nextStep: 'The values of the release cannot be read. Correct them and push.',
  },
  {
    code: 'values_invalid',
    message: /values don't meet the specifications of the schema/,
    whose: 'yours',
    nextStep:
      'The chart does not take these values: its message lists each. Correct them and push.',
  },
  {
    code: 'chart_template',
    message: /executing "[^"]+" at|execution error at|parse error at|YAML parse error on/,
    whose: 'yours',
    nextStep:
      'The chart cannot be rendered with these values. Give what its message names, and push.',
  },
  {
    code: 'source_waiting',
    reason: /^ArtifactFailed$|^SourceNotReady$/,
    message:
      /artifact not found|does not have an artifact|has no artifact|is not ready(?:: (?:latest generation|building))?$/i,
    whose: 'heals_itself',
    nextStep: 'Its source has nothing to give yet. Look at the source first.',
  },
  {
    code: 'dependency',
    reason: /^DependencyNotReady$/,
    whose: 'heals_itself',
    nextStep: 'It waits for what it depends on. Look at that first.',
  },
]
