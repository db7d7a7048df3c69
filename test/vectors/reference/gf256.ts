/** GF(2^8) with the polynomial 0x11b, bit by bit (FIPS 197, section 4.2). */
export function multiply(a: number, b: number): number {
  let product = 0;
  for (let x = a, y = b; y > 0; y >>= 1, x = (x << 1) ^ (x & 0x80 ? 0x11b : 0)) if (y & 1) product ^= x;
  return product;
}

/** Value at x of the polynomial with these coefficients, the constant one first. */
export function evaluate(coefficients: number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => multiply(sum, x) ^ coefficient, 0);
}
