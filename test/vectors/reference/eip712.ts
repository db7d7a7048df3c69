import { keccak256 } from "./keccak.ts";
import { abi, concat, hex, utf8 } from "./words.ts";

export type Value = string | number | bigint | Value[] | { [name: string]: Value };

// EIP-712 written out from the type strings of the protocol; the only table here is the text that gets hashed.
const DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

export function domainSeparator(chainId: number, contract: string, name = "Busker"): Uint8Array {
  const words = [
    keccak256(utf8(DOMAIN_TYPE)),
    keccak256(utf8(name)),
    keccak256(utf8("1")),
    chainId,
    contract,
  ];
  return keccak256(abi(...words));
}

/** @param types e.g. "A(uint8 x,B[] y)B(uint8 z)"; the first type is the primary one. */
export function structHash(types: string, value: Record<string, Value>): Uint8Array {
  const definitions = new Map(
    [...types.matchAll(/(\w+)\(([^)]*)\)/g)].map((match) => [match[1]!, match[2]!] as const),
  );
  const primary = types.slice(0, types.indexOf("("));
  return hashStruct(primary, value, definitions);
}

export function digest(
  types: string,
  value: Record<string, Value>,
  chainId: number,
  contract: string,
): string {
  return hex(
    keccak256(Uint8Array.of(0x19, 0x01), domainSeparator(chainId, contract), structHash(types, value)),
  );
}

function hashStruct(
  name: string,
  value: Record<string, Value>,
  definitions: Map<string, string>,
): Uint8Array {
  const members = definitions
    .get(name)!
    .split(",")
    .map((member) => member.split(" ") as [string, string]);
  const used = new Set<string>();
  collect(name, definitions, used);
  const others = [...used].filter((other) => other !== name).sort();
  const type = [name, ...others].map((each) => `${each}(${definitions.get(each)!})`).join("");
  const encoded = members.map(([memberType, member]) => encode(memberType, value[member]!, definitions));
  return keccak256(keccak256(utf8(type)), ...encoded);
}

function encode(type: string, value: Value, definitions: Map<string, string>): Uint8Array {
  if (type.endsWith("[]"))
    return keccak256(
      concat(...(value as Value[]).map((item) => encode(type.slice(0, -2), item, definitions))),
    );
  if (definitions.has(type)) return hashStruct(type, value as Record<string, Value>, definitions);
  if (type === "string") return keccak256(utf8(value as string));
  return abi(type.startsWith("uint") ? BigInt(value as string | number) : (value as string));
}

function collect(type: string, definitions: Map<string, string>, used: Set<string>): void {
  const name = type.replace("[]", "");
  if (used.has(name) || !definitions.has(name)) return;
  used.add(name);
  for (const member of definitions.get(name)!.split(",")) collect(member.split(" ")[0]!, definitions, used);
}
