import compatibility from "@safe-global/safe-smart-account/build/artifacts/contracts/handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json" with { type: "json" };
import factory from "@safe-global/safe-smart-account/build/artifacts/contracts/proxies/SafeProxyFactory.sol/SafeProxyFactory.json" with { type: "json" };
import singleton from "@safe-global/safe-smart-account/build/artifacts/contracts/Safe.sol/Safe.json" with { type: "json" };
import { concat, Contract, ContractFactory, resolveAddress, ZeroAddress } from "ethers";
import { expect, it } from "vitest";

import { ContractCaller } from "./support/callers.ts";
import { expectRevert } from "./support/expectations.ts";
import { seedRandomness } from "./support/random.ts";
import { DEPOSIT, Release } from "./support/release.ts";
import { ready } from "./support/scenes.ts";
import { done, ETHER, stage } from "./support/world.ts";

import type { Actor, World } from "./support/world.ts";
import type { TransactionRequest, TransactionResponse } from "ethers";

seedRandomness("safe");

const MESSAGE = { SafeMessage: [{ name: "message", type: "bytes" }] };
const TRANSACTION = {
  SafeTx: [
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "data", type: "bytes" },
    { name: "operation", type: "uint8" },
    { name: "safeTxGas", type: "uint256" },
    { name: "baseGas", type: "uint256" },
    { name: "gasPrice", type: "uint256" },
    { name: "gasToken", type: "address" },
    { name: "refundReceiver", type: "address" },
    { name: "nonce", type: "uint256" },
  ],
};

/** A wallet of several owners of whom a threshold has to sign everything. */
class Safe {
  readonly contract: Contract;
  readonly address: string;
  readonly #owners: readonly Actor[];

  constructor(contract: Contract, address: string, owners: readonly Actor[]) {
    this.contract = contract;
    this.address = address;
    this.#owners = owners.toSorted((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  }

  /** These owners' signatures over typed data of the wallet, as it takes them: by the owners' addresses, ascending. */
  async #sign(
    types: typeof MESSAGE | typeof TRANSACTION,
    value: object,
    signers: readonly Actor[],
  ): Promise<string> {
    const { chainId } = await signers[0]!.signer.provider!.getNetwork();
    const domain = { chainId, verifyingContract: this.address };
    const sorted = this.#owners.filter((owner) => signers.includes(owner));
    const outsiders = signers.filter((signer) => !this.#owners.includes(signer));
    return concat(
      await Promise.all(
        [...sorted, ...outsiders].map(async ({ wallet }) => wallet.signTypedData(domain, types, value)),
      ),
    );
  }

  /** The wallet's ERC-1271 signature of a hash. */
  async signature(hash: string, signers: readonly Actor[]): Promise<string> {
    return this.#sign(MESSAGE, { message: hash }, signers);
  }

  async execute(to: string, value: bigint, data: string): Promise<TransactionResponse> {
    const nonce = (await this.contract.getFunction("nonce")()) as bigint;
    const gas = { safeTxGas: 0, baseGas: 0, gasPrice: 0, gasToken: ZeroAddress, refundReceiver: ZeroAddress };
    const call = { to, value, data, operation: 0, ...gas, nonce };
    const signatures = await this.#sign(TRANSACTION, call, this.#owners.slice(0, 2));
    const { gasToken, refundReceiver } = gas;
    const free = [0, 0, 0, gasToken, refundReceiver] as const;
    return this.contract.getFunction("execTransaction")(to, value, data, 0, ...free, signatures);
  }
}

class SafeCaller extends ContractCaller {
  readonly #safe: Safe;

  constructor(safe: Safe, owner: Actor) {
    super(safe.address, owner, owner.signer.provider);
    this.#safe = safe;
  }

  override async sendTransaction({ to, value, data }: TransactionRequest): Promise<TransactionResponse> {
    return this.#safe.execute(await resolveAddress(to!), BigInt(value ?? 0n), data ?? "0x");
  }
}

async function deploySafe(world: World, owners: readonly Actor[]): Promise<Safe> {
  const { signer } = world.stranger;
  const deploy = async ({ abi, bytecode }: { abi: object[]; bytecode: string }) => {
    await world.tick();
    const contract = await new ContractFactory(abi, bytecode, signer).deploy();
    await contract.waitForDeployment();
    return contract as Contract;
  };
  const [wallet, handler, proxies] = [
    await deploy(singleton),
    await deploy(compatibility),
    await deploy(factory),
  ];
  const addresses = owners.map(({ address }) => address);
  const fallback = await handler.getAddress();
  const none = [ZeroAddress, 0, ZeroAddress] as const;
  const setup = wallet.interface.encodeFunctionData("setup", [
    addresses,
    2,
    ZeroAddress,
    "0x",
    fallback,
    ...none,
  ]);
  const create = proxies.getFunction("createProxyWithNonce");
  const how = [await wallet.getAddress(), setup, 0n] as const;
  const address = (await create.staticCall(...how)) as string;
  await world.tick();
  await done(create(...how) as Promise<TransactionResponse>);
  return new Safe(new Contract(address, singleton.abi, signer), address, owners);
}

/** A release whose first slot is of a 2-of-3 Safe that has collateral. */
async function prepared() {
  const { world } = await stage(ready);
  const owners = [world.keyholder(30), world.keyholder(31), world.keyholder(32)] as const;
  const safe = await deploySafe(world, owners);
  const caller = new SafeCaller(safe, owners[0]);
  await world.tick();
  await (await world.stranger.signer.sendTransaction({ to: safe.address, value: 50n * ETHER })).wait();
  await done(world.as(caller).depositCollateral(ZeroAddress, 40n * ETHER, { value: 40n * ETHER }));
  const release = await Release.prepare(world, {
    groups: ([group]) => [
      {
        ...group!,
        slots: group!.slots.map((slot, i) => (i === 0 ? { ...slot, keyholder: safe.address } : slot)),
      },
    ],
  });
  const create = async (signature: string) => {
    const [, ...others] = await release.signatures();
    return world
      .as(world.artist)
      .create(release.struct, [signature, ...others], { value: release.terms.artistBond });
  };
  return { world, owners, safe, caller, release, create };
}

it("a Safe of several owners keeps collateral", async () => {
  const { world, safe } = await stage(prepared);
  expect((await world.busker.collateralOf(safe.address, ZeroAddress)).free).toBe(40n * ETHER);
  expect(await world.balance(ZeroAddress, safe.address)).toBe(10n * ETHER);
});

it.each([{ signers: [0, 1] }, { signers: [0, 2] }, { signers: [1, 2] }, { signers: [0, 1, 2] }])(
  "a Safe signs terms by owners $signers",
  async ({ signers }) => {
    const { world, owners, safe, release, create } = await stage(prepared);
    await done(
      create(
        await safe.signature(
          release.id,
          signers.map((n) => owners[n]!),
        ),
      ),
    );
    const { free, locked, openSlots } = await world.busker.collateralOf(safe.address, ZeroAddress);
    expect([free, locked, openSlots]).toEqual([40n * ETHER - DEPOSIT, DEPOSIT, 1n]);
  },
);

it("terms that too few owners, others, or owners over something else have signed are refused", async () => {
  const { world, owners, safe, release, create } = await stage(prepared);
  const [first, second] = owners;
  const both = await safe.signature(release.id, [first, second]);
  const reversed = concat([`0x${both.slice(132)}`, both.slice(0, 132)]);
  for (const signature of [
    "0x",
    await safe.signature(release.id, [first]),
    await safe.signature(release.id, [first, world.stranger]),
    await safe.signature(release.terms.keyHash, [first, second]),
    // The owners' own signatures, not the wallet's.
    concat(await Promise.all([first, second].map(async ({ wallet }) => wallet.signMessage(release.id)))),
    concat([await safe.signature(release.id, [first]), await safe.signature(release.id, [first])]),
    reversed,
    both.slice(0, -2),
  ]) {
    await expectRejected(create(signature), safe, release);
  }
  await done(create(both));
});

async function expectRejected(created: Promise<unknown>, safe: Safe, release: Release): Promise<void> {
  await expectRevert(created, "Create_SignatureInvalid", release.id, 0, 0, safe.address);
}

it("a Safe is paid at the settlement and withdraws through its owners", async () => {
  const { world, owners, safe, caller, release, create } = await stage(prepared);
  await done(create(await safe.signature(release.id, [owners[0], owners[2]])));
  await done(release.seal());
  await world.mine(world.parameters.drawDelay);
  await done(release.draw());
  await done(release.openAudit());
  await done(release.pledge(world.fan(0), release.terms.goal));
  await world.at((await release.startOf(0)) + 1);
  for (const i of [0, 1, 2]) await done(release.reveal(0, i));
  await world.at((await release.unlockedAt()) + world.parameters.disputePeriod);
  await done(world.as(world.stranger).finalize(release.id));
  const fee = release.terms.feeFloor / 5n;
  const { free, fund, served } = await world.busker.collateralOf(safe.address, ZeroAddress);
  expect([free, fund, served]).toEqual([40n * ETHER + fee - fee / 5n, fee / 5n, 1n]);

  await done(world.as(caller).requestCollateralWithdrawal(ZeroAddress, free));
  await world.at((await world.now()) + world.parameters.withdrawalNotice);
  await done(world.as(caller).withdrawCollateral(ZeroAddress, safe.address));
  await world.at((await world.now()) + world.parameters.cashOutDelay);
  await done(world.as(caller).cashOut(ZeroAddress, safe.address));
  expect(await world.balance(ZeroAddress, safe.address)).toBe(10n * ETHER + free + fund);
});
