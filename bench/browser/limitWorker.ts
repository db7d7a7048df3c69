/** Fragments under way: more make it no faster. */
const AT_ONCE = 8;

globalThis.addEventListener("message", ({ data }: MessageEvent<{ bytes: number; fragmentSize: number }>) => {
  void measure(data.bytes, data.fragmentSize).then((seconds) => globalThis.postMessage(seconds));
});

/** What packing cannot do without: each byte goes through AES-256-GCM and sha-256 once. */
async function measure(bytes: number, fragmentSize: number): Promise<number> {
  const { subtle } = crypto;
  const plain = new Uint8Array(fragmentSize);
  for (let from = 0; from < plain.length; from += 65_536)
    crypto.getRandomValues(plain.subarray(from, from + 65_536));
  let left = Math.ceil(bytes / fragmentSize);
  const run = async (): Promise<void> => {
    while (left-- > 0) {
      const raw = crypto.getRandomValues(new Uint8Array(32));
      const key = await subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
      await subtle.digest(
        "SHA-256",
        await subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, key, plain),
      );
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  return (performance.now() - start) / 1000;
}
