'use server'

import {
  AcceptLeavers,
  EndLdap,
  ReadDirectory,
  SetLdap,
} from '#lib/onboarding/directory-ldap.schema.ts'
import {
  IssueDirectoryToken,
  RevokeDirectoryToken,
} from '#lib/onboarding/directory-token.schema.ts'
import { issueDirectoryToken, revokeDirectoryToken } from '#lib/onboarding/directory-token.ts'
import { acceptLeavers, endLdap, readDirectoryNow, setLdap } from '#lib/onboarding/ldap/set-ldap.ts'
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

export const setLdapAction = action(SetLdap, 'platform.manage', setLdap)

export const endLdapAction = action(EndLdap, 'platform.manage', endLdap)

export const acceptLeaversAction = action(AcceptLeavers, 'platform.manage', acceptLeavers)

export const readDirectoryAction = action(ReadDirectory, 'platform.manage', readDirectoryNow)
