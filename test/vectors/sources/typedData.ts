import { digest, domainSeparator, structHash } from "../reference/eip712.ts";
import type { Value } from "../reference/eip712.ts";
import { G, address, multiply, sign } from "../reference/secp256k1.ts";
import { hex, unhex } from "../reference/words.ts";
import { DOMAINS, addressOf, hashOf, keyOf, scalarOf } from "./material.ts";

const TERMS =
  "Terms(address artist,address currency,uint104 goal,uint104 minPledge,uint104 artistBond,uint104 feeFloor,uint16 feeBps," +
  "uint16 reputationBps,uint8 auditSamples,uint8 deadlinePolicy,uint40 createBy,uint40 deadline,bytes32 keyHash," +
  "bytes32 archiveSalt,bytes32 archiveRoot,bytes32 chunkRoot,uint32 chunkCount,Group[] groups)" +
  "Group(uint8 threshold,Slot[] slots)" +
  "Slot(address keyholder,address releaseKey,uint256 nonce,uint104 deposit)";

const WORDS: [string, Record<string, Value>][] = [
  ["ReleaseKeys(address keyholder)", { keyholder: addressOf("keyholder") }],
  ["Possession(address keyholder)", { keyholder: addressOf("keyholder") }],
  [
    "Report(bytes32 releaseId,uint8 group,uint8 index,address payee)",
    { releaseId: hashOf("reported release"), group: 1, index: 31, payee: addressOf("payee") },
  ],
  [
    "Call(address artist,bytes32 archiveRoot,uint64 archiveSize,address currency,uint104 goal,uint104 deposit," +
      "uint104 feeFloor,uint16 feeBps,uint16 reputationBps,uint40 deadline,uint40 validUntil,bytes32 keyHash," +
      "bytes32 chunkRoot,uint32 chunkCount,string peerId,bytes32 callId)",
    {
      artist: addressOf("artist"),
      archiveRoot: hashOf("archive root"),
      archiveSize: "123456789012",
      currency: addressOf("currency"),
      goal: "1000000000000000000",
      deposit: "100000000000000000",
      feeFloor: "50000000000000000",
      feeBps: 500,
      reputationBps: 2000,
      deadline: 1_800_000_000,
      validUntil: 1_790_000_000,
      keyHash: hashOf("key hash"),
      chunkRoot: hashOf("chunk root"),
      chunkCount: 640,
      peerId: "12D3KooWBuskerArtist",
      callId: hashOf("call id"),
    },
  ],
  [
    "Offer(bytes32 callHash,address keyholder,address releaseKey,uint256 nonce,uint104 deposit,uint16 feeBps," +
      "uint104 feeFloor,uint40 validUntil,string peerId)",
    {
      callHash: hashOf("call hash"),
      keyholder: addressOf("keyholder"),
      releaseKey: addressOf("release key"),
      nonce: (2n ** 256n - 1n).toString(),
      deposit: (2n ** 104n - 1n).toString(),
      feeBps: 500,
      feeFloor: "0",
      validUntil: 2 ** 40 - 1,
      peerId: "12D3KooWBuskerKeyholder",
    },
  ],
];

export function typedData(): object {
  return {
    source: "EIP-712 from the type strings (reference/eip712.ts); amounts and nonces are decimal strings",
    domains: DOMAINS.map((domain) => ({
      ...domain,
      separator: hex(domainSeparator(domain.chainId, domain.contract)),
    })),
    cases: DOMAINS.flatMap(({ chainId, contract }) =>
      WORDS.map(([type, value]) => {
        const hash = digest(type, value, chainId, contract);
        const signature = sign(scalarOf("signer"), hash);
        return { type, chainId, contract, value, digest: hash, signature };
      }),
    ),
    signer: { privateKey: keyOf("signer"), address: address(multiply(scalarOf("signer"), G)!) },
  };
}

export function terms(): object {
  const offers = [
    { title: "2-of-3, native coin", terms: offer([[2, 3]], {}) },
    { title: "3-of-5 and 5-of-8, ERC-20", terms: offer([[3, 5], [5, 8]], { currency: addressOf("currency") }) }, // prettier-ignore
    {
      title: "a gift, not audited",
      terms: offer([[2, 2]], { goal: "0", auditSamples: 0, deadlinePolicy: 1 }),
    },
    { title: "largest of everything", terms: largest() },
  ];
  return {
    source:
      "EIP-712 from the type string (reference/eip712.ts), signatures by ECDSA with RFC 6979 (reference/secp256k1.ts); the " +
      "same terms on another chain and on another contract are other releases",
    type: TERMS,
    cases: offers.flatMap(({ title, terms: offered }) =>
      DOMAINS.map(({ chainId, contract }, n) => {
        const where = ["", ", on another chain", ", on another contract"][n]!;
        const releaseId = digest(TERMS, offered, chainId, contract);
        const hash = hex(structHash(TERMS, offered));
        return {
          title: title + where,
          chainId,
          contract,
          terms: offered,
          structHash: hash,
          releaseId,
          ...signatures(releaseId),
        };
      }),
    ),
  };
}

function signatures(releaseId: string) {
  const signature = sign(scalarOf("keyholder 0 0"), releaseId);
  const bytes = unhex(signature);
  const compact = bytes.slice(0, 64);
  compact[32]! |= (bytes[64]! - 27) << 7;
  return { signer: holder("keyholder 0 0"), signature, compactSignature: hex(compact) };
}

const holders = new Map<string, string>();

function holder(label: string): string {
  const known = holders.get(label) ?? address(multiply(scalarOf(label), G)!);
  holders.set(label, known);
  return known;
}

function offer(sizes: [number, number][], changes: Record<string, Value>): Record<string, Value> {
  return {
    artist: addressOf("artist"),
    currency: "0x0000000000000000000000000000000000000000",
    goal: "10000000000000000000",
    minPledge: "1000000000000000",
    artistBond: "500000000000000000",
    feeFloor: "500000000000000000",
    feeBps: 500,
    reputationBps: 2000,
    auditSamples: 44,
    deadlinePolicy: 0,
    createBy: 1_790_000_000,
    deadline: 1_800_000_000,
    keyHash: hashOf("key hash"),
    archiveSalt: hashOf("salt"),
    archiveRoot: hashOf("archive root"),
    chunkRoot: hashOf("chunk root"),
    chunkCount: 640,
    groups: sizes.map(([threshold, count], g) => ({
      threshold,
      slots: Array.from({ length: count }, (_, i) => ({
        keyholder: holder(`keyholder ${g} ${i}`),
        releaseKey: holder(`release key ${g} ${i}`),
        nonce: String(256 * g + i),
        deposit: "1000000000000000000",
      })),
    })),
    ...changes,
  };
}

function largest(): Record<string, Value> {
  const [amount, time, word] = [(2n ** 104n - 1n).toString(), 2 ** 40 - 1, `0x${"ff".repeat(32)}`];
  const slot = { nonce: (2n ** 256n - 1n).toString(), deposit: amount };
  const groups = [29, 30, 31, 32].map((count, g) => ({
    threshold: count,
    slots: Array.from({ length: count }, (_, i) => ({
      keyholder: g + i === 0 ? holder("keyholder 0 0") : addressOf(`keyholder ${g} ${i}`),
      releaseKey: addressOf(`release key ${g} ${i}`),
      ...slot,
    })),
  }));
  return offer([[2, 2]], {
    goal: amount,
    minPledge: amount,
    artistBond: amount,
    feeFloor: amount,
    feeBps: 10_000,
    reputationBps: 10_000,
    auditSamples: 255,
    deadlinePolicy: 1,
    createBy: time,
    deadline: time,
    keyHash: word,
    archiveSalt: word,
    archiveRoot: word,
    chunkRoot: word,
    chunkCount: 2 ** 32 - 1,
    groups,
  });
}
