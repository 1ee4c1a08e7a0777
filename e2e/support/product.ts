import { readFileSync } from 'node:fs'
import path from 'node:path'

/** A running product: its portal, the first of its ports and its folder. */
export type Product = { url: string; portBase: number; data: string }

/** The product of this worker: `scripts/e2e.ts` starts one for each, so that no test meets the freezes, faults or policies of one that runs meanwhile. */
export const PRODUCT = ofThisWorker()

/** What the launcher of this product wrote into its folder. */
export function written<T>(name: string): T {
  return JSON.parse(readFileSync(path.join(PRODUCT.data, name), 'utf8')) as T
}

function ofThisWorker(): Product {
  const products = JSON.parse(process.env.E2E_PRODUCTS ?? '[]') as Product[]
  const product = products[Number(process.env.TEST_PARALLEL_INDEX ?? 0)]
  if (!product)
    throw new Error('no product to test: run npm run test:e2e, or name it by E2E_PRODUCTS')
  return product
}
