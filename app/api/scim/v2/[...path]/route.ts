import { route } from '#lib/web/route.ts'
import { answerScim } from '#lib/web/scim.ts'

const handler = route('directory', ({ request, params }) => answerScim(request, params.path ?? ''))

export { handler as DELETE, handler as GET, handler as PATCH, handler as POST, handler as PUT }
