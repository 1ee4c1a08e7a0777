import type { NextRequest } from 'next/server'
import NextAuth from 'next-auth'
import { authOptions } from '#lib/web/auth-options.ts'
import { boundedRequest } from '#lib/web/auth-request.ts'

type Context = { params: Promise<{ nextauth: string[] }> }

async function handler(request: NextRequest, context: Context): Promise<Response> {
  const bounded = await boundedRequest(request)
  if (bounded instanceof Response) return bounded
  return NextAuth(
    bounded as never,
    { params: await context.params } as never,
    authOptions(),
  ) as Promise<Response>
}

export { handler as GET, handler as POST }
