/** The test mnemonic of every development chain. Its accounts hold money on no real chain. */
export const LOCAL_MNEMONIC = "test test test test test test test test test test test junk";
export const LOCAL_CHAIN_ID = 31337;
export const LOCAL_ACCOUNTS = 20;
export const LOCAL_PORT = 8545;
/** Passphrase of the demo wallets, which are no secret. */
export const LOCAL_PASSPHRASE = "busker local";

export const CHAIN_START_TIMEOUT_MS = 60_000;
export const DAEMON_START_TIMEOUT_MS = 60_000;
/** How long a process may take to end after SIGTERM before it gets SIGKILL. */
export const STOP_TIMEOUT_MS = 10_000;
/** Collateral that each demo keyholder deposits: 50 ETH. */
export const KEYHOLDER_COLLATERAL = 50n * 10n ** 18n;
/** Keyholders of the local system: enough for a 2-of-3 and a 3-of-5 group. */
export const LOCAL_KEYHOLDERS = 8;
/** More would take the accounts of others. */
export const MAX_LOCAL_KEYHOLDERS = 11;
