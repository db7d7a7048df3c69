import { Interface } from "ethers";
import { abi } from "./generated/abi.ts";

/** The contract's ABI, to encode and decode with. */
export const buskerInterface = new Interface(abi);
