// The repository's own configuration, for a folder of artifacts that a tool has made: BUSKER_ARTIFACTS names it.
import config from "../../hardhat.config.ts";

export default {
  ...config,
  paths: { ...config.paths, artifacts: process.env["BUSKER_ARTIFACTS"]! },
  networks: {
    default: {
      ...config.networks!["default"]!,
      // Code that is not optimized is large and hungry.
      allowUnlimitedContractSize: true,
      blockGasLimit: 300_000_000,
    },
  },
};
