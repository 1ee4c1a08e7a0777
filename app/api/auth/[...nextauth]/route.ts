import type { NextRequest } from 'next/server'
import NextAuth from 'next-auth'
import { authOptions } from '#lib/web/auth-options.ts'
import { boundedRequest } from '#lib/web/auth-request.ts'
import { withProof } from '#lib/web/proof.ts'

type Context = { params: Promise<{ nextauth: string[] }> }

async function handler(request: NextRequest, context: Context): Promise<Response> {
  const params = await context.params
  const bounded = await boundedRequest(request, params.nextauth[0])
  if (bounded instanceof Response) return bounded
  return withProof(
    () => NextAuth(bounded as never, { params } as never, authOptions()) as Promise<Response>,
  )
}

export { handler as GET, handler as POST }
