import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

import { abi } from "@busker/sdk/chain/generated/abi.ts";
import { deploy } from "@busker/sdk/chain/deploy.ts";
import { DEFAULT_PARAMETERS } from "@busker/sdk/protocol/parameters.ts";
import { State } from "@busker/sdk/protocol/states.ts";
import { Contract, dataLength, HDNodeWallet, JsonRpcProvider, ZeroAddress } from "ethers";
import { network } from "hardhat";
import { beforeAll, describe, expect, it } from "vitest";

import { addressesOf } from "../../scripts/deployment/addresses.ts";
import { creationCodesOf, PIECES, readPieces } from "../../scripts/deployment/pieces.ts";
import { rehearse, unfitnessOf } from "../../scripts/deployment/rehearse.ts";
import { profiles, timesOf } from "../../scripts/deployment/times.ts";
import { verifyDeployment } from "../../scripts/deployment/verify.ts";
import { Release } from "../contracts/support/release.ts";
import { COLLATERAL } from "../contracts/support/scenes.ts";
import { toObject } from "../contracts/support/expectations.ts";
import { done, World } from "../contracts/support/world.ts";

import type { Rehearsal } from "../../scripts/deployment/rehearse.ts";
import type { Piece, PieceName } from "../../scripts/deployment/pieces.ts";

const HOUR = 3600;
const ACTORS = 11;
const PHRASE = "test test test test test test test test test test test junk";

let pieces: readonly Piece[];
let deployed: Rehearsal;

beforeAll(async () => {
  pieces = await readPieces();
  deployed = await rehearse(timesOf("mainnet"));
});

async function problems({ connection, addresses }: Rehearsal): Promise<string[]> {
  const { findings } = await verifyDeployment(connection.ethers.provider, pieces, addresses.Busker);
  return findings.flatMap(({ problem }) => problem ?? []);
}

describe("the profiles", () => {
  it("are four", () => {
    expect(profiles().sort()).toEqual(["l2", "local", "mainnet", "testnet"]);
  });

  it.each(["mainnet", "local"])("%s has the defaults of the protocol", (profile) => {
    expect(timesOf(profile)).toEqual(DEFAULT_PARAMETERS);
  });

  it("l2 waits two hours for finality", () => {
    expect(timesOf("l2")).toEqual({ ...DEFAULT_PARAMETERS, finalityDelay: 2 * HOUR });
  });

  it("testnet is short enough to see a release settle, or expire, or be refunded within an hour", () => {
    const times = timesOf("testnet");
    expect(Object.keys(times)).toEqual(Object.keys(DEFAULT_PARAMETERS));
    expect(times.finalityDelay + times.disputePeriod).toBeLessThan(HOUR);
    expect(times.finalityDelay + times.revealWindow + times.failDelay).toBeLessThan(HOUR);
    expect(times.minFundingPeriod).toBeLessThan(HOUR);
  });

  it.each(profiles())("%s has times that the contract takes", async (profile) => {
    expect(await unfitnessOf(creationCodesOf(pieces), timesOf(profile))).toBeNull();
  });

  it("with an unfit time is refused in the contract's own words", async () => {
    const unfit = { ...timesOf("testnet"), revealWindow: 0 };
    expect(await unfitnessOf(creationCodesOf(pieces), unfit)).toBe("Parameters_Unfit: revealWindow > 0");
  });

  it("that does not exist is not guessed", () => {
    expect(() => timesOf("mainet")).toThrow('There is no profile "mainet"');
  });
});

describe("a deployment by Ignition", () => {
  it("is at the same address on every chain, where it was predicted", async () => {
    const elsewhere = await rehearse(timesOf("mainnet"));
    expect(elsewhere.addresses).toEqual(deployed.addresses);
    expect(elsewhere.gasUsed).toBe(deployed.gasUsed);
    expect(addressesOf(creationCodesOf(pieces), timesOf("mainnet"))).toEqual(deployed.addresses);
  });

  it("is at another address when its times are others", async () => {
    const { addresses } = await rehearse(timesOf("l2"));
    for (const name of PIECES) expect(addresses[name]).not.toBe(deployed.addresses[name]);
    expect(addressesOf(creationCodesOf(pieces), timesOf("l2"))).toEqual(addresses);
  });

  it("has the compiled code, the given times and nothing else", async () => {
    const { ethers } = deployed.connection;
    const found = await verifyDeployment(ethers.provider, pieces, deployed.addresses.Busker);
    expect(found).toMatchObject({ codeMatches: true, creationProven: true, times: timesOf("mainnet") });
    expect(found.addresses).toEqual(deployed.addresses);
    expect(await problems(deployed)).toEqual([]);
  });

  it("costs what fits in one block each", () => {
    expect(deployed.gasUsed).toBeGreaterThan(10_000_000n);
    expect(deployed.gasUsed).toBeLessThan(30_000_000n);
  });

  it("takes a release", async () => {
    const { ethers } = deployed.connection;
    const signers = (await ethers.getSigners()).slice(0, ACTORS);
    const root = HDNodeWallet.fromPhrase(PHRASE, "", "m/44'/60'/0'/0");
    const actors = signers.map((signer, n) => ({
      address: signer.address,
      signer,
      wallet: root.deriveChild(n),
    }));
    const { chainId } = await ethers.provider.getNetwork();
    const address = deployed.addresses.Busker;
    const contract = new Contract(address, abi, signers[0]);
    const domain = { chainId, contract: address };
    const here = new World(ethers, contract, domain, timesOf("mainnet"), actors);
    const given = Object.entries(DEFAULT_PARAMETERS).map(([name, time]) => [name, BigInt(time as number)]);
    expect(toObject(await here.busker.parameters())).toEqual(Object.fromEntries(given));

    for (const keyholder of here.keyholders) {
      await done(here.as(keyholder).depositCollateral(ZeroAddress, COLLATERAL, { value: COLLATERAL }));
    }
    const release = await Release.prepare(here);
    expect(await here.busker.releaseIdOf(release.struct)).toBe(release.id);
    await release.toAudit();
    expect((await here.busker.releaseOf(release.id)).state).toBe(BigInt(State.Audit));
  });
});

describe("verification finds", () => {
  /** Runs with other code at a piece's address. */
  async function tampered(name: PieceName, change: (code: Buffer, piece: Piece) => Buffer) {
    const { provider } = deployed.connection.ethers;
    const at = deployed.addresses[name];
    const code = await provider.getCode(at);
    const other = change(
      Buffer.from(code.slice(2), "hex"),
      pieces.find((piece) => piece.name === name)!,
    );
    await provider.send("hardhat_setCode", [at, `0x${other.toString("hex")}`]);
    try {
      return await verifyDeployment(provider, pieces, deployed.addresses.Busker);
    } finally {
      await provider.send("hardhat_setCode", [at, code]);
    }
  }

  /** Flips the lowest bit of an immutable, in all its places or in the first one. */
  function flip(code: Buffer, piece: Piece, immutable: string, places = Number.POSITIVE_INFINITY): Buffer {
    const { offsets } = piece.immutables.find(({ name }) => name === immutable)!;
    for (const offset of offsets.slice(0, places)) code[offset + 31]! ^= 1;
    return code;
  }

  const problemsOf = ({ findings }: { findings: readonly { problem?: string }[] }) =>
    findings.flatMap(({ problem }) => problem ?? []);

  it.each(PIECES)("one other byte in %s", async (name) => {
    const found = await tampered(name, (code) => {
      code[1000]! ^= 1;
      return code;
    });
    expect(found).toMatchObject({ codeMatches: false, creationProven: false });
    expect(problemsOf(found)).toEqual(["the codes differ from byte 1000 on"]);
  });

  it.each(PIECES)("more code in %s", async (name) => {
    const found = await tampered(name, (code) => Buffer.concat([code, Buffer.of(0)]));
    const length = dataLength(pieces.find((piece) => piece.name === name)!.runtimeCode);
    expect(found).toMatchObject({ codeMatches: false, creationProven: false });
    expect(problemsOf(found)[0]).toBe(`the code there is ${length + 1} bytes long, not ${length}`);
  });

  it("another next piece", async () => {
    const found = await tampered("Busker", (code, piece) => flip(code, piece, "NEXT"));
    expect(found).toMatchObject({ codeMatches: false, creationProven: false });
    expect(problemsOf(found)[0]).toBe("there is no code");
  });

  it("a time that is not the annex's", async () => {
    const found = await tampered("Busker", (code, piece) => flip(code, piece, "REVEAL_WINDOW"));
    expect(found).toMatchObject({ codeMatches: false, creationProven: false });
    expect(problemsOf(found)).toEqual(["Busker has revealWindow = 86401, the annex 86400"]);
  });

  it("a time that differs within a piece", async () => {
    const found = await tampered("BuskerAnnex", (code, piece) => flip(code, piece, "REVEAL_WINDOW", 1));
    expect(found).toMatchObject({ codeMatches: false, creationProven: false, times: null });
    expect(problemsOf(found)[0]).toBe("REVEAL_WINDOW has several values");
  });

  it("times that its constructor would have refused", async () => {
    const found = await tampered("BuskerAnnex", (code, piece) => {
      const { offsets } = piece.immutables.find(({ name }) => name === "CASH_OUT_DELAY")!;
      for (const offset of offsets) code.fill(255, offset + 27, offset + 32);
      return code;
    });
    expect(found).toMatchObject({ codeMatches: false, creationProven: false });
    expect(problemsOf(found)).toContain("Parameters_Unfit: cashOutDelay <= 100 years");
  });

  it("signatures bound to another contract", async () => {
    const found = await tampered("Busker", (code, piece) => flip(code, piece, "_cachedThis"));
    expect(found).toMatchObject({ codeMatches: false, creationProven: false });
    expect(problemsOf(found)[0]).toMatch(/^_cachedThis is 0x/);
  });

  it("nothing where there is nothing", async () => {
    const { provider } = deployed.connection.ethers;
    const found = await verifyDeployment(provider, pieces, `0x${"11".repeat(20)}`);
    expect(found).toMatchObject({ codeMatches: false, creationProven: false, times: null });
    expect(problemsOf(found)[0]).toBe("there is no code");
  });

  it("that the right code may have begun with storage of its own", async () => {
    const { ethers } = deployed.connection;
    const [signer] = await ethers.getSigners();
    const { address } = await deploy(signer!);
    const found = await verifyDeployment(ethers.provider, pieces, address);
    expect(found).toMatchObject({ codeMatches: true, creationProven: false });
    expect(problemsOf(found)).toHaveLength(1);
  });
});

describe("the commands", () => {
  async function run(script: string, ...args: string[]): Promise<{ code: number; output: string }> {
    const path = fileURLToPath(new URL(`../../scripts/${script}`, import.meta.url));
    return new Promise((resolve) => {
      execFile(process.execPath, [path, ...args], (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
      });
    });
  }

  it("verify:bytecode tells a right contract from a tampered one", async () => {
    const server = await network.createServer("default", "127.0.0.1", 0);
    const { port } = await server.listen();
    const url = `http://127.0.0.1:${port}`;
    const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1 });
    try {
      const { address } = await deploy(await provider.getSigner());
      const right = await run("verify-bytecode.ts", address, "--rpc", url, "--code-only");
      expect(right.output).toMatch(/revealWindow +86400 s = 1 d/);
      expect(right.code).toBe(0);
      await provider.send("hardhat_setCode", [address, "0x00"]);
      const wrong = await run("verify-bytecode.ts", address, "--rpc", url, "--code-only");
      expect(wrong.output).toContain("This is NOT a deployment of these sources.");
      expect(wrong.code).toBe(1);
    } finally {
      provider.destroy();
      await server.close();
    }
  });

  it("deploy --check says what would be deployed", async () => {
    const { code, output } = await run("deploy.ts", "mainnet", "--check");
    expect(code).toBe(0);
    expect(output).toContain(deployed.addresses.Busker);
    expect(output).toContain(`${deployed.gasUsed} in three transactions`);
  });
});
