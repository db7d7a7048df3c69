import { ZeroAddress, getAddress, parseUnits } from "ethers";
import { parseHostPort } from "@busker/sdk/content/hostPort.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { z } from "zod";

import {
  DEFAULT_KEEP_SECONDS,
  DEFAULT_MAX_CREATE_SECONDS,
  DEFAULT_OFFER_SECONDS,
  DEFAULT_POLL_SECONDS,
  DEFAULT_STAGGER_SECONDS,
} from "./constants.ts";

/** The configuration file, as TOML or JSON. `busker-keyholder.example.toml` explains every line; no secret is in it. */

const address = z.string().transform((text, context) => {
  try {
    return getAddress(text);
  } catch {
    context.addIssue(`${text} is no address, or has a wrong checksum`);
    return z.NEVER;
  }
});

const hostPort = z.string().transform((text, context) => {
  try {
    return parseHostPort(text);
  } catch (error) {
    context.addIssue(error instanceof BuskerError ? error.hint : String(error));
    return z.NEVER;
  }
});

const currencyAddress = z.union([z.literal("native").transform(() => ZeroAddress), address]);
const decimalAmount = z.union([z.string().regex(/^\d+(\.\d+)?$/, 'an amount in quotes, e.g. "0.25"')]);
const basisPoints = z.int().min(0).max(10_000);
const seconds = z.number().positive();

const currency = z
  .strictObject({
    address: currencyAddress,
    decimals: z.int().min(0).max(77).default(18),
    maxDeposit: decimalAmount,
    maxTotal: decimalAmount.optional(),
    minFeeFloor: decimalAmount.default("0"),
    collateral: decimalAmount.default("0"),
    leastReward: decimalAmount.default("0"),
  })
  .transform(({ decimals, ...given }, context) => {
    const units = (amount: string) => {
      try {
        return parseUnits(amount, decimals);
      } catch {
        context.addIssue(`${amount} has more than ${decimals} decimals`);
        return 0n;
      }
    };
    return {
      address: given.address,
      maxDeposit: units(given.maxDeposit),
      maxTotal: given.maxTotal === undefined ? null : units(given.maxTotal),
      minFeeFloor: units(given.minFeeFloor),
      collateral: units(given.collateral),
      leastReward: units(given.leastReward),
    };
  });

export const configSchema = z.strictObject({
  chain: z.strictObject({
    rpc: z.url({ protocol: /^https?$/ }),
    contract: address,
    chainId: z.int().positive().optional(),
    fromBlock: z.int().min(0).default(0),
    pollSeconds: seconds.default(DEFAULT_POLL_SECONDS),
    staggerSeconds: z.number().min(0).default(DEFAULT_STAGGER_SECONDS),
  }),
  wallet: z
    .strictObject({
      keystore: z.string().optional(),
      mnemonicFile: z.string().optional(),
      account: z.int().min(0).default(0),
      privateKeyFile: z.string().optional(),
      passwordFile: z.string().optional(),
      passphraseFile: z.string().optional(),
    })
    .refine(
      ({ keystore, mnemonicFile, privateKeyFile }) =>
        [keystore, mnemonicFile, privateKeyFile].filter((way) => way !== undefined).length <= 1,
      "name one of keystore, mnemonicFile and privateKeyFile",
    )
    .prefault({}),
  data: z.strictObject({ directory: z.string().min(1) }),
  network: z
    .strictObject({
      listen: z.array(z.string().startsWith("/")).min(1).default(["/ip4/127.0.0.1/tcp/0"]),
      gateway: hostPort.optional(),
    })
    .prefault({}),
  health: z.strictObject({ port: z.int().min(0).max(65_535) }).optional(),
  log: z.strictObject({ level: z.enum(["debug", "info", "warn", "error"]).default("info") }).prefault({}),
  steps: z
    .strictObject({
      drawAudit: z.boolean().default(true),
      abort: z.boolean().default(true),
      expire: z.boolean().default(true),
      unlock: z.boolean().default(true),
      proveBadDealing: z.boolean().default(true),
      fail: z.boolean().default(true),
      reportAbsence: z.boolean().default(true),
      finalize: z.boolean().default(true),
      closeSlots: z.boolean().default(true),
    })
    .prefault({}),
  policy: z.strictObject({
    currencies: z.array(currency).min(1),
    minFeeBps: basisPoints.default(0),
    maxReputationBps: basisPoints.default(10_000),
    maxArchiveMebibytes: z.int().positive().default(4096),
    maxDeadlineDays: z.number().positive().default(366),
    offerSeconds: seconds.default(DEFAULT_OFFER_SECONDS),
    maxCreateSeconds: seconds.default(DEFAULT_MAX_CREATE_SECONDS),
    keepSeconds: z.number().min(0).default(DEFAULT_KEEP_SECONDS),
    allowArtists: z.array(address).optional(),
    refuseArtists: z.array(address).default([]),
  }),
});

/** The checked configuration: amounts in smallest units, paths absolute. */
export type Config = z.infer<typeof configSchema>;
