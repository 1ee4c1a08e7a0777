'use server'

import {
  IssueDirectoryToken,
  RevokeDirectoryToken,
} from '#lib/onboarding/directory-token.schema.ts'
import { issueDirectoryToken, revokeDirectoryToken } from '#lib/onboarding/directory-token.ts'
import { action } from '#lib/web/action.ts'

export const issueDirectoryTokenAction = action(
  IssueDirectoryToken,
  'platform.manage',
  issueDirectoryToken,
)

export const revokeDirectoryTokenAction = action(
  RevokeDirectoryToken,
  'platform.manage',
  revokeDirectoryToken,
)
